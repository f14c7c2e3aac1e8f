/** Decisions and proposals over HTTP, for people and their tools. Gateways ask the gate. */
import {
  ACTIONS,
  DECISION_MODES,
  type Decision,
  SUBJECT_KINDS,
  type Subject,
} from '../../../act/response/decision.ts';
import {
  nullable,
  number,
  object,
  oneOf,
  orElse,
  type Parser,
  REFUSED,
  text,
  truth,
} from '../../../base/parse.ts';
import type { Obligations } from '../../../act/response/decision.ts';
import { settleProposal } from '../appeals/appeal.ts';
import { actorOf, bodyOf, coded, person } from '../deciding/http.ts';
import type { KeptRemediations } from '../deciding/remediations.ts';
import type { Deciding } from '../deciding/deciding.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { json, type LabRoute } from '../http/server.ts';
import {
  type ByHand,
  type Chosen,
  decideByHand,
  LONGEST_BY_HAND,
  undo,
  undoAll,
} from './manual.ts';

const rate = orElse(nullable(number(1, 1e9)), null);
export const obligationsParser: Parser<Obligations> = (value, path, faults) => {
  const parsed = object<{ readonly [K in keyof Required<Obligations>]: Obligations[K] | null }>({
    requests_per_minute: rate,
    output_tokens_per_minute: rate,
    max_output_tokens: rate,
    strip_reasoning: orElse(nullable(truth), null),
    strip_logprobs: orElse(nullable(truth), null),
  })(value, path, faults);
  return parsed === REFUSED
    ? REFUSED
    : Object.fromEntries(Object.entries(parsed).filter(([, one]) => one !== null));
};
const acting = ACTIONS.filter((one) => one !== 'allow');
const subject = object<Subject>({ kind: oneOf(SUBJECT_KINDS), value: text(512) });
const named = orElse(nullable(person), null);

const byHand = object<Omit<ByHand, 'by'> & { readonly by: string | null }>({
  subject,
  action: oneOf(acting),
  obligations: orElse(nullable(obligationsParser), null),
  ttl: number(1, LONGEST_BY_HAND),
  reason: text(2_000),
  by: named,
});
const undoing = object<{ readonly reason: string; readonly by: string | null }>({
  reason: text(2_000),
  by: named,
});
const one = <T>(parser: Parser<T>): Parser<T | null> => orElse(nullable(parser), null);
const undoingAll = object<
  Chosen & { readonly reason: string; readonly by: string | null; readonly dry_run: boolean }
>({
  ...{ mode: one(oneOf(DECISION_MODES)), rule: one(text(200)), rests_on: one(text(512)) },
  ...{ action: one(oneOf(ACTIONS)), kind: one(oneOf(SUBJECT_KINDS)) },
  ...{ reason: text(2_000), by: named, dry_run: orElse(truth, false) },
});
const settling = object<{
  readonly outcome: 'approved' | 'dismissed';
  readonly reason: string;
  readonly by: string | null;
}>({ outcome: oneOf(['approved', 'dismissed']), reason: text(2_000), by: named });

const PAGE = 1000;

const matches =
  (query: URLSearchParams) =>
  ({ mode, rule, action, subject: { kind, value } }: Decision): boolean =>
    [
      ['mode', mode],
      ['rule', rule],
      ['action', action],
      ['kind', kind],
      ['subject', value],
    ].every(([name, is]) => query.get(name!) === null || query.get(name!) === is);

export const decisionRoutes = (
  deciding: Deciding,
  remediations: KeptRemediations,
): readonly LabRoute[] => {
  const { book, core, now } = deciding;
  return coded([
    {
      method: 'GET',
      path: '/decisions',
      scope: 'read',
      summary:
        'In force, by ?mode= ?rule= ?action= ?kind= ?subject=, at most 1000 from ?after=ID on',
      handle: async ({ query }) => {
        const after = query.get('after') ?? '';
        const all = book
          .inForce(now())
          .filter(matches(query))
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        const page = all.filter(({ id }) => id > after).slice(0, PAGE);
        const next = page.length === PAGE ? page.at(-1)!.id : null;
        return json({ decisions: page, total: all.length, next });
      },
    },
    {
      method: 'GET',
      path: '/decisions/:id',
      scope: 'read',
      summary: 'One decision, also after its end: why, how it ended, what gateways did',
      handle: async ({ param }) => {
        const kept = await book.get(param);
        if (kept === undefined)
          throw new HttpRefusal(404, 'DECISION_UNKNOWN', 'There is no decision of that id.');
        const note = await core.store.records.get('decision-note', param);
        return json({
          ...kept,
          in_force: book.about(kept.decision.subject).some(({ id }) => id === param),
          note: note?.text ?? null,
          remediations: await remediations.of(param),
          appeal: deciding.desk.casework.appealOf(param)?.id ?? null,
        });
      },
    },
    {
      method: 'POST',
      path: '/decisions',
      scope: 'decide',
      summary: 'A decision of a person: subject, action, ttl in seconds, reason',
      handle: async (call) => {
        const asked = await bodyOf(call, byHand);
        const by = await actorOf(core.tokens, call, asked.by);
        return json(await decideByHand(deciding, { ...asked, by }), 201);
      },
    },
    {
      method: 'POST',
      path: '/decisions/lift',
      scope: 'decide',
      summary: 'Takes back all decisions that are meant, or with dry_run says which those are',
      handle: async (call) => {
        const { reason, by, dry_run, ...chosen } = await bodyOf(call, undoingAll);
        const words = { because: reason, dryRun: dry_run };
        const actor = await actorOf(core.tokens, call, by);
        const meant = await undoAll(deciding, chosen, { ...words, by: actor });
        return json({ lifted: !dry_run, total: meant.length, decisions: meant.slice(0, PAGE) });
      },
    },
    {
      method: 'DELETE',
      path: '/decisions/:id',
      scope: 'decide',
      summary: 'Takes a decision back, with a reason',
      handle: async (call) => {
        const { by, reason } = await bodyOf(call, undoing);
        const actor = await actorOf(core.tokens, call, by);
        return json({ lifted: await undo(deciding, call.param, actor, reason) });
      },
    },
    {
      method: 'GET',
      path: '/proposals',
      scope: 'read',
      summary: 'What waits for a person',
      handle: async () =>
        json({ proposals: (await book.waiting()).map(({ proposal }) => proposal) }),
    },
    {
      method: 'POST',
      path: '/proposals/:id',
      scope: 'review',
      summary: 'Approves or dismisses a proposal, with a reason',
      handle: async (call) => {
        const { by, reason, outcome } = await bodyOf(call, settling);
        const actor = await actorOf(core.tokens, call, by);
        return json(await settleProposal(deciding, call.param, outcome, { by: actor, reason }));
      },
    },
  ]);
};
