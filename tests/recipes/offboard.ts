// Takes everybody of a domain out of an organization.
import Anthropic from "@anthropic-ai/sdk";

export async function offboard({ organization }: Anthropic, domain: string): Promise<void> {
  // The whole list, before anything changes it: the next page's cursor has to be there still.
  async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
    const found: T[] = [];
    for await (const one of pages) found.push(one);
    return found;
  }
  const leaving = <T extends { email: string }>(people: T[]) => people.filter(({ email }) => email.endsWith(`@${domain}`));
  const tolerate = (...errors: (new (...words: never[]) => Error)[]) => (error: unknown) => {
    if (!errors.some((one) => error instanceof one)) throw error;
  };

  for (const { id } of leaving(await all(organization.invites.list({ statuses: ["pending"] })))) {
    // Gone already; or accepted meanwhile, and so among the users below.
    await organization.invites.delete(id).catch(tolerate(Anthropic.NotFoundError, Anthropic.BadRequestError));
  }
  for (const user of leaving(await all(organization.users.list()))) {
    for (const { id, status } of await all(organization.apiKeys.list({ created_by_user_id: user.id }))) {
      if (status !== "archived") await organization.apiKeys.update(id, { status: "archived" });
    }
    await organization.users.remove(user.id).catch(tolerate(Anthropic.NotFoundError)); // gone already
  }
}
