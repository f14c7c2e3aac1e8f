/** The policy of a lab over HTTP, and the lists of those who are left alone. */
import { SUBJECT_KINDS, type Subject } from '../../../act/response/decision.ts';
import { object, oneOf, text } from '../../../base/parse.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { json, type LabRoute } from '../http/server.ts';
import { policyDiff } from './diff.ts';
import { bodyOf, coded } from './http.ts';
import type { Deciding } from './deciding.ts';

const subject = object<{ readonly subject: Subject }>({
  subject: object<Subject>({ kind: oneOf(SUBJECT_KINDS), value: text(512) }),
});

export const policyRoutes = (deciding: Deciding): readonly LabRoute[] => {
  const { policy, book, now } = deciding;
  const shown = async () => {
    const { rules, allow, fail, large_customer, sample_to_review, owner } = policy.policy();
    const kept = await deciding.core.store.records.get('policy-version', policy.status().version);
    return {
      ...policy.status(),
      owner,
      fail,
      large_customer,
      sample_to_review,
      rules: rules.map(({ name, action, reason, ttl, mode }) => ({
        name,
        action,
        reason,
        ttl,
        mode,
      })),
      allow,
      failures: deciding.failures(),
      text: kept?.text ?? null,
    };
  };
  return coded([
    {
      method: 'GET',
      path: '/policy',
      scope: 'read',
      summary: 'The policy in force, and why the file as it is now is not, if so',
      handle: async () => json(await shown()),
    },
    {
      method: 'GET',
      path: '/policy/diff',
      scope: 'read',
      summary: 'Shadow beside live, by rule, segment and tier',
      handle: async () => {
        const waiting = (await book.waiting()).map(({ proposal }) => proposal);
        const proposals = [...waiting, ...[...deciding.shadowProposals().values()].flat()];
        const inForce = book.inForce(now());
        return json(policyDiff(policy.policy(), inForce, deciding.known(), proposals));
      },
    },
    {
      method: 'POST',
      path: '/policy/reload',
      scope: 'admin',
      summary: 'Reads the file again; one that holds a fault changes nothing',
      handle: async () => json({ changed: await deciding.reload(), ...policy.status() }),
    },
    {
      method: 'GET',
      path: '/allowances',
      scope: 'read',
      summary: 'Who is left alone by the policy and by appeals, and who takes no part in looks',
      handle: async () =>
        json({
          policy: policy.policy().allow.filter(({ until }) => until > now()),
          appeals: deciding.allowances(),
          excluded: deciding.exclusions(),
        }),
    },
    {
      method: 'DELETE',
      path: '/allowances',
      scope: 'review',
      summary: 'Ends an allowance that an appeal gave',
      handle: async (call) => {
        const given = await bodyOf(call, subject);
        if (!(await deciding.disallow(given.subject)))
          throw new HttpRefusal(404, 'NOT_FOUND', 'No appeal gave an allowance to that subject.');
        return json({ ended: given.subject });
      },
    },
    {
      method: 'DELETE',
      path: '/exclusions/:id',
      scope: 'review',
      summary: 'An account takes part in looks again',
      handle: async ({ param }) => {
        if (!(await deciding.include(param)))
          throw new HttpRefusal(404, 'NOT_FOUND', 'That account is not excluded.');
        return json({ included: param });
      },
    },
  ]);
};
