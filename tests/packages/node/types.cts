// The same types by require, in CommonJS.
import admin = require("anthropic-admin-mock");

async function main(): Promise<void> {
  const mock: admin.Mock = await admin.startMock();
  const fault: admin.Fault = { error: "api_error" };
  await mock.organization().fault(fault);
  await mock.stop();
}

void main();
