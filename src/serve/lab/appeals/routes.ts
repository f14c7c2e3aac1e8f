/**
 * Two doors. The provider's own portal files appeals and reads notices, with a token of the scope `appeal`:
 * it learns nothing but the notice. Reviewers work on cases with the scope `review`.
 */
import { ACTIONS, type Action, type Obligations } from '../../../act/response/decision.ts';
import { type Case, MAX_NOTE, MAX_STATEMENT } from '../../../act/casework/case.ts';
import { noticeOf } from '../../../act/casework/casework.ts';
import { type Ruling, WRONGS } from '../../../act/casework/effects.ts';
import { nullable, object, oneOf, orElse, text, time } from '../../../base/parse.ts';
import { actorOf, bodyOf, coded, person } from '../deciding/http.ts';
import type { Deciding } from '../deciding/deciding.ts';
import { obligationsParser } from '../decisions/routes.ts';
import { busy, HttpRefusal } from '../http/refusal.ts';
import { json, type LabCall, type LabRoute } from '../http/server.ts';
import { assign, file, note, review, rule, withdraw } from './appeal.ts';
import { createLimit } from './rate.ts';

const APPEALS_PER_MINUTE = 60;
const NOTICES_PER_MINUTE = 600;
const named = orElse(nullable(person), null);

const complaint = object<{
  readonly decision_id: string;
  readonly statement: string;
  readonly contact: string | null;
  readonly by: string | null;
}>({
  decision_id: text(128),
  statement: text(MAX_STATEMENT),
  contact: orElse(nullable(text(320)), null),
  by: named,
});
const assigning = object<{ readonly to: string; readonly by: string | null }>({
  to: person,
  by: named,
});
const noting = object<{ readonly text: string; readonly by: string | null }>({
  text: text(MAX_NOTE),
  by: named,
});

const withdrawing = object<{ readonly by: string | null }>({ by: named });

interface Verdict {
  readonly outcome: Ruling['outcome'] | 'approved' | 'dismissed';
  readonly wrong: Ruling['wrong'];
  readonly reason: string;
  readonly told: string | null;
  readonly instead: { readonly action: Action; readonly obligations: Obligations } | null;
  readonly allow: { readonly reason: string; readonly until: string } | null;
  readonly by: string | null;
}
const verdict = object<Verdict>({
  outcome: oneOf(['upheld', 'overturned', 'partly', 'approved', 'dismissed']),
  wrong: orElse(oneOf(WRONGS), 'membership'),
  reason: text(MAX_NOTE),
  told: orElse(nullable(text(MAX_NOTE)), null),
  instead: orElse(
    nullable(
      object<{ readonly action: Action; readonly obligations: Obligations }>({
        action: oneOf(ACTIONS),
        obligations: orElse(obligationsParser, {}),
      }),
    ),
    null,
  ),
  allow: orElse(
    nullable(
      object<{ readonly reason: string; readonly until: string }>({
        reason: text(200),
        until: time,
      }),
    ),
    null,
  ),
  by: named,
});

/** Said to the customer where the reviewer chose no words. */
const TOLD: Readonly<Record<Ruling['outcome'], string>> = {
  upheld: 'We looked at your case again. The decision stands.',
  overturned: 'We looked at your case again. The decision was wrong and has been taken back.',
  partly: 'We looked at your case again. A milder measure takes the place of the decision.',
};

const decideCase = async (deciding: Deciding, call: LabCall): Promise<Case> => {
  const asked = await bodyOf(call, verdict);
  const by = await actorOf(deciding.core.tokens, call, asked.by);
  const { outcome, reason, wrong } = asked;
  const { kind } = deciding.desk.casework.need(call.param);
  if (outcome === 'approved' || outcome === 'dismissed') {
    if (kind === 'appeal')
      throw new HttpRefusal(
        400,
        'BODY_INVALID',
        'outcome of an appeal: upheld, overturned, partly',
      );
    return review(deciding, call.param, outcome, { by, reason });
  }
  if (kind !== 'appeal')
    throw new HttpRefusal(400, 'BODY_INVALID', 'outcome of this case: approved or dismissed');
  return rule(deciding, call.param, {
    ...{ outcome, wrong, reason, by, told: asked.told ?? TOLD[outcome] },
    ...(asked.instead === null ? {} : { instead: asked.instead }),
    ...(asked.allow === null
      ? {}
      : { allow: { reason: asked.allow.reason, until: Date.parse(asked.allow.until) } }),
  });
};

export const appealRoutes = (deciding: Deciding): readonly LabRoute[] => {
  const { desk, core, now } = deciding;
  const filing = createLimit(APPEALS_PER_MINUTE);
  const asking = createLimit(NOTICES_PER_MINUTE);
  const within = (limit: typeof filing, { request }: LabCall): void => {
    const wait = limit(request.headers.authorization ?? '', now());
    if (wait === 0) return;
    const refusal = busy(429, 'APPEALS_TOO_MANY', 'Too many at once; nothing was taken.');
    throw new HttpRefusal(429, refusal.code, refusal.message, { 'Retry-After': String(wait) });
  };
  const shown = async (one: Case) => ({
    ...one,
    contact: (await core.store.records.get('case-contact', one.id))?.contact ?? null,
    effects: deciding.effects.statusOf(one),
  });
  return coded([
    {
      method: 'POST',
      path: '/appeals',
      scope: 'appeal',
      summary: 'An appeal of a customer: decision_id, statement, contact',
      handle: async (call) => {
        within(filing, call);
        const asked = await bodyOf(call, complaint);
        const { label } = (await core.tokens.holder(call.request.headers.authorization))!;
        return json(noticeOf(await file(deciding, { ...asked, by: asked.by ?? label })), 201);
      },
    },
    {
      method: 'GET',
      path: '/appeals/:case',
      scope: 'appeal',
      summary: 'What the customer may know of their appeal',
      handle: async (call) => {
        within(asking, call);
        const one = desk.casework.get(call.param);
        if (one?.kind !== 'appeal')
          throw new HttpRefusal(404, 'CASE_UNKNOWN', 'There is no appeal of that id.');
        return json(noticeOf(one));
      },
    },
    {
      method: 'POST',
      path: '/appeals/:case/withdraw',
      scope: 'appeal',
      summary: 'The customer takes an appeal back; it can be filed again',
      handle: async (call) => {
        within(asking, call);
        if (desk.casework.get(call.param)?.kind !== 'appeal')
          throw new HttpRefusal(404, 'CASE_UNKNOWN', 'There is no appeal of that id.');
        const { label } = (await core.tokens.holder(call.request.headers.authorization))!;
        return json(noticeOf(await withdraw(deciding, call.param, label)));
      },
    },
    {
      method: 'POST',
      path: '/cases/:id/withdraw',
      scope: 'review',
      summary: 'Closes an appeal that the customer took back',
      handle: async (call) => {
        const asked = await bodyOf(call, withdrawing);
        const actor = await actorOf(core.tokens, call, asked.by);
        return json(await shown(await withdraw(deciding, call.param, actor)));
      },
    },
    {
      method: 'GET',
      path: '/cases',
      scope: 'review',
      summary: 'Cases that wait, the most urgent first; ?all=true all, ?kind= one kind',
      handle: async ({ query }) => {
        const kind = query.get('kind');
        const all =
          query.get('all') === 'true' ? [...desk.casework.all()] : desk.casework.waiting();
        const found = all.filter((one) => kind === null || one.kind === kind);
        return json({ cases: found.slice(0, 1000), total: found.length });
      },
    },
    {
      method: 'GET',
      path: '/cases/:id',
      scope: 'review',
      summary: 'One case with its events, and which effects were carried out',
      handle: async ({ param }) =>
        json({ ...(await shown(desk.casework.need(param))), events: desk.events(param) }),
    },
    {
      method: 'POST',
      path: '/cases/:id/assign',
      scope: 'review',
      summary: 'Gives a case to a person',
      handle: async (call) => {
        const { to, by } = await bodyOf(call, assigning);
        const actor = await actorOf(core.tokens, call, by);
        return json(await shown(await assign(deciding, call.param, to, actor)));
      },
    },
    {
      method: 'POST',
      path: '/cases/:id/note',
      scope: 'review',
      summary: 'A note for other reviewers',
      handle: async (call) => {
        const asked = await bodyOf(call, noting);
        const actor = await actorOf(core.tokens, call, asked.by);
        return json(await shown(await note(deciding, call.param, asked.text, actor)));
      },
    },
    {
      method: 'POST',
      path: '/cases/:id/decide',
      scope: 'review',
      summary: 'Decides a case: outcome, wrong, reason, told, instead, allow',
      handle: async (call) => json(await shown(await decideCase(deciding, call))),
    },
  ]);
};
