/** An account is forgotten everywhere: see docs/concepts/privacy.md. */
import type { Engine } from './engine/engine.ts';
import type { Findings } from './findings.ts';
import type { Looks } from './looks.ts';

/** In how many decisions, cases and so on an account was named. */
export type ForgottenIn = Readonly<Record<string, number>>;

export interface ForgottenReply {
  readonly account: string;
  readonly known: boolean;
  /** Where it is still named, by files of the operator's. */
  readonly still_in: readonly string[];
  readonly [count: string]: number | string | boolean | readonly string[];
}

export interface ForgetParts {
  readonly engine: Pick<Engine, 'forget' | 'accounts'>;
  readonly looks: Pick<Looks, 'forget'>;
  readonly findings: Pick<Findings, 'forget'>;
  /** Whoever else keeps something of accounts. */
  readonly others: readonly ((account: string) => Promise<ForgottenIn>)[];
}

export const forgetAccount = async (
  { engine, looks, findings, others }: ForgetParts,
  account: string,
): Promise<ForgottenReply> => {
  const profiled = await engine.forget(account);
  await looks.forget(account);
  const inFindings = await findings.forget(account);
  let elsewhere: ForgottenIn = {};
  for (const forget of others) elsewhere = { ...elsewhere, ...(await forget(account)) };
  const [record] = await engine.accounts([account]);
  return {
    account,
    known: profiled || inFindings > 0 || Object.values(elsewhere).some((n) => n > 0),
    findings: inFindings,
    ...elsewhere,
    // What the operator wrote is the operator's to change, and would bring the account back.
    still_in: record === undefined ? [] : ['accounts file'],
  };
};
