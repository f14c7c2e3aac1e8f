/** Predefined extensions of network traffic, processes and accounts, and X.509 v3 extensions. */
import {
  boolean,
  dictionary,
  hex,
  integer,
  json,
  list,
  oneOf,
  optional,
  ref,
  required,
  string,
  table,
  timestamp,
} from './kind.ts';
import {
  INTEGRITY_LEVEL,
  SERVICE_START_TYPE,
  SERVICE_STATUS,
  SERVICE_TYPE,
  SOCKET_ADDRESS_FAMILY,
  SOCKET_TYPE,
} from './vocabularies.ts';

const ONE_OF_ITS_OWN = [{ rule: 'at-least-one-of-table' }] as const;

export const NETWORK_TRAFFIC_EXTENSIONS = {
  'http-request-ext': table('6.12.2', {
    request_method: required(string),
    request_value: required(string),
    request_version: optional(string),
    request_header: optional(dictionary(list(string))),
    message_body_length: optional(integer()),
    message_body_data_ref: optional(ref('artifact')),
  }),
  'icmp-ext': table('6.12.3', { icmp_type_hex: required(hex), icmp_code_hex: required(hex) }),
  'socket-ext': table('6.12.4', {
    address_family: required(oneOf(SOCKET_ADDRESS_FAMILY)),
    is_blocking: optional(boolean),
    is_listening: optional(boolean),
    options: optional(dictionary(integer())),
    socket_type: optional(oneOf(SOCKET_TYPE)),
    socket_descriptor: optional(integer(0)),
    socket_handle: optional(integer()),
  }),
  'tcp-ext': table(
    '6.12.5',
    { src_flags_hex: optional(hex), dst_flags_hex: optional(hex) },
    ONE_OF_ITS_OWN,
  ),
} as const;

export const PROCESS_EXTENSIONS = {
  'windows-process-ext': table(
    '6.13.2',
    {
      aslr_enabled: optional(boolean),
      dep_enabled: optional(boolean),
      priority: optional(string),
      owner_sid: optional(string),
      window_title: optional(string),
      // The table of 6.13.2.1 says windows_title, the published schema window_title.
      windows_title: optional(string),
      startup_info: optional(dictionary(json)),
      integrity_level: optional(oneOf(INTEGRITY_LEVEL)),
    },
    ONE_OF_ITS_OWN,
  ),
  'windows-service-ext': table(
    '6.13.3',
    {
      service_name: optional(string),
      descriptions: optional(list(string)),
      display_name: optional(string),
      group_name: optional(string),
      start_type: optional(oneOf(SERVICE_START_TYPE)),
      service_dll_refs: optional(list(ref('file'))),
      service_type: optional(oneOf(SERVICE_TYPE)),
      service_status: optional(oneOf(SERVICE_STATUS)),
    },
    ONE_OF_ITS_OWN,
  ),
} as const;

export const USER_ACCOUNT_EXTENSIONS = {
  'unix-account-ext': table(
    '6.16.2',
    {
      gid: optional(integer()),
      groups: optional(list(string)),
      home_dir: optional(string),
      shell: optional(string),
    },
    ONE_OF_ITS_OWN,
  ),
} as const;

export const X509_V3_EXTENSIONS = table(
  '6.18.2',
  {
    basic_constraints: optional(string),
    name_constraints: optional(string),
    policy_constraints: optional(string),
    key_usage: optional(string),
    extended_key_usage: optional(string),
    subject_key_identifier: optional(string),
    authority_key_identifier: optional(string),
    subject_alternative_name: optional(string),
    issuer_alternative_name: optional(string),
    subject_directory_attributes: optional(string),
    crl_distribution_points: optional(string),
    inhibit_any_policy: optional(string),
    private_key_usage_period_not_before: optional(timestamp),
    private_key_usage_period_not_after: optional(timestamp),
    certificate_policies: optional(string),
    policy_mappings: optional(string),
  },
  ONE_OF_ITS_OWN,
);
