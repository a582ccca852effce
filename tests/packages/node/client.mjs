// What the tests call the API with: no SDK, no proxy, one connection a call.
import http from "node:http";

// Of the default world.
export const USER = "user_01DeveDeveDeveDeveDeveDe";
export const ACTIVE_KEY = "apikey_01ActiveActiveActiveActi";
export const RESEARCH = "wrkspc_01ResearchResearchResear";
export const PENDING = "invite_015gWxCN9Hfg2QhZwTK7Mdeu";

export function call(organization, method = "DELETE", path = `invites/${PENDING}`, body) {
  const headers = { "x-api-key": organization.key, "anthropic-version": "2023-06-01", connection: "close" };
  return new Promise((done, failed) => {
    const url = `${organization.url}/v1/organizations/${path}`;
    const request = http.request(url, { method, headers, agent: false, timeout: 20_000 }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => (text += part));
      answer.on("end", () => done({ status: answer.statusCode, text }));
      answer.on("error", failed);
    });
    request.on("error", failed);
    request.end(body && JSON.stringify(body));
  });
}
