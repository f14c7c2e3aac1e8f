/** `POST /v1/remediations` and `GET /v1/remediations/summary`: what gateways did with decisions. */

import {
  type RemediationBatch,
  type Remediations,
  remediationBatch,
} from '../../act/gateway/remediation.ts';
import { parseJsonText } from '../../base/json-text.ts';
import { noFaults, REFUSED } from '../../base/parse.ts';
import { problem, type Route, replyJson, withBody } from './http.ts';

const LARGEST = 1 << 20;

export const remediationRoutes = (
  remediations: Remediations,
  /** Told of each batch that was counted, such as a lab that keeps them. */
  told: (gateway: string, batch: RemediationBatch) => void,
): readonly Route[] => [
  {
    method: 'POST',
    path: '/v1/remediations',
    handle: ({ request, response, gateway }) =>
      withBody(request, response, LARGEST, (body) => {
        const parsed = parseJsonText(body, { maxBytes: LARGEST, maxDepth: 4, maxValues: 20_000 });
        if (parsed.fault !== undefined) return problem(response, 400, parsed.fault.message);
        const faults = noFaults();
        const batch = remediationBatch(parsed.value, '', faults);
        if (batch === REFUSED) return problem(response, 400, faults.list.slice(0, 10).join('; '));
        const counted = remediations.add(gateway, batch);
        if (counted) told(gateway, batch);
        replyJson(response, 200, { batch_id: batch.batch_id, counted });
      }),
  },
  {
    method: 'GET',
    path: '/v1/remediations/summary',
    handle: ({ response }) => replyJson(response, 200, { remediations: remediations.summary() }),
  },
];
