/** STIX relationship objects (STIX 2.1, section 5), one table each. */
import { domainObject, VERSIONED } from './common.ts';
import {
  boolean,
  integer,
  list,
  optional,
  ref,
  required,
  string,
  stringOf,
  table,
  timestamp,
} from './kind.ts';

export const RELATIONSHIP_OBJECTS = {
  relationship: table(
    '5.1',
    {
      ...domainObject('relationship'),
      relationship_type: required(stringOf('relationship-type')),
      description: optional(string),
      source_ref: required(ref()),
      target_ref: required(ref()),
      start_time: optional(timestamp),
      stop_time: optional(timestamp),
    },
    [
      ...VERSIONED,
      // 5.1: stop_time is later than start_time.
      { rule: 'after', later: 'stop_time', earlier: 'start_time' },
      { rule: 'named', name: 'relationship-ends' },
    ],
  ),
  sighting: table(
    '5.2',
    {
      ...domainObject('sighting'),
      description: optional(string),
      first_seen: optional(timestamp),
      last_seen: optional(timestamp),
      count: optional(integer(0, 999_999_999)),
      sighting_of_ref: required(ref()),
      observed_data_refs: optional(list(ref('observed-data'))),
      where_sighted_refs: optional(list(ref('identity', 'location'))),
      summary: optional(boolean),
    },
    [...VERSIONED, { rule: 'not-before', later: 'last_seen', earlier: 'first_seen' }],
  ),
} as const;
