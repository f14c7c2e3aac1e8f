/** JSON Schemas of what is the hub's own. */
import type { JsonSchema } from '../http/route.ts';

/** TAXII 2.1, section 3.6.1; every answer that is no success. */
export const ERROR: JsonSchema = {
  type: 'object',
  required: ['title', 'http_status'],
  properties: {
    title: { type: 'string' },
    description: { type: 'string' },
    http_status: { type: 'string', pattern: '^[45][0-9]{2}$' },
  },
};

export const HEALTH: JsonSchema = {
  type: 'object',
  required: ['ok'],
  additionalProperties: false,
  properties: {
    ok: { type: 'boolean' },
    checks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'ok', 'found'],
        additionalProperties: false,
        properties: {
          name: { type: 'string' },
          ok: { type: 'boolean' },
          found: { type: 'string' },
          fix: { type: 'string' },
        },
      },
    },
  },
};
