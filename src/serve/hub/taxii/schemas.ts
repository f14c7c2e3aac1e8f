/** JSON Schemas of the resources of TAXII 2.1, for the OpenAPI description and the tests. */
import type { JsonSchema } from '../http/route.ts';

const STRING: JsonSchema = { type: 'string' };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };
/** Section 2: RFC 3339 in UTC. */
const TIMESTAMP: JsonSchema = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$',
};
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', minItems: 1, items });
const closed = (required: readonly string[], properties: JsonSchema): JsonSchema => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});

/** 4.1.1 */
export const DISCOVERY = closed(['title'], {
  title: STRING,
  description: STRING,
  contact: STRING,
  default: STRING,
  api_roots: listOf(STRING),
});

/** 4.2.1 */
export const API_ROOT = closed(['title', 'versions', 'max_content_length'], {
  title: STRING,
  description: STRING,
  versions: listOf(STRING),
  max_content_length: { type: 'integer', minimum: 1 },
});

const DETAIL = closed(['id', 'version'], { id: STRING, version: STRING, message: STRING });
const details: JsonSchema = { type: 'array', items: DETAIL };

/** 4.3.1 */
export const STATUS = closed(
  ['id', 'status', 'total_count', 'success_count', 'failure_count', 'pending_count'],
  {
    id: STRING,
    status: { enum: ['complete', 'pending'] },
    request_timestamp: TIMESTAMP,
    total_count: COUNT,
    success_count: COUNT,
    successes: details,
    failure_count: COUNT,
    failures: details,
    pending_count: COUNT,
    pendings: details,
  },
);

/** 5.2.1, with the custom property that says what kind of collection it is. */
export const COLLECTION = closed(['id', 'title', 'can_read', 'can_write'], {
  id: STRING,
  title: STRING,
  description: STRING,
  alias: STRING,
  can_read: { type: 'boolean' },
  can_write: { type: 'boolean' },
  media_types: listOf(STRING),
  x_stillwatch_kind: { enum: ['guarded', 'plain'] },
});

/** 5.1.1 */
export const COLLECTIONS = closed([], { collections: listOf(COLLECTION) });

const page = (name: string, items: JsonSchema): JsonSchema =>
  closed([], { more: { type: 'boolean' }, next: STRING, [name]: { type: 'array', items } });

/** 3.7 */
export const ENVELOPE = page('objects', { type: 'object', required: ['id', 'type'] });

/** 3.7, as a client sends it. */
export const ENVELOPE_SENT: JsonSchema = {
  type: 'object',
  required: ['objects'],
  properties: { objects: listOf({ type: 'object' }) },
};

/** 5.3.1 */
export const MANIFEST = page(
  'objects',
  closed(['id', 'date_added', 'version', 'media_type'], {
    id: STRING,
    date_added: TIMESTAMP,
    version: STRING,
    media_type: STRING,
  }),
);

/** 5.8.1 */
export const VERSIONS = page('versions', TIMESTAMP);
