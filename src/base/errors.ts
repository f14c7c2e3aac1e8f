/**
 * The one registry of coded errors. Every refusal of Stillwatch carries a code from here, what went
 * wrong, where, and what to do about it. `docs/reference/errors.md` lists the same codes; a test
 * fails when the two differ.
 */
export const ERROR_CODES = {
  USAGE: { exit: 2, means: 'The command line cannot be understood.' },
  INPUT_NOT_FOUND: { exit: 4, means: 'No file matches an input path or glob.' },
  INPUT_UNREADABLE: { exit: 4, means: 'A file exists but cannot be opened or decompressed.' },
  INPUT_EMPTY: { exit: 4, means: 'The input holds no rows at all.' },
  INPUT_FORMAT_UNKNOWN: { exit: 4, means: 'The format of the input is not recognised.' },
  INPUT_MOSTLY_REJECTED: { exit: 4, means: 'Most rows of the input cannot be read as exchanges.' },
  INPUT_TOO_LARGE: { exit: 4, means: 'The input expands past the declared bound.' },
  ACCOUNTS_UNREADABLE: { exit: 4, means: 'The accounts file cannot be read.' },
  MODEL_UNREADABLE: { exit: 4, means: 'The intent model is not one this version can use.' },
  TRAINING_INSUFFICIENT: { exit: 4, means: 'The worlds held too little to fit a model on.' },
  EMBEDDER_FAILED: { exit: 4, means: 'The embeddings endpoint does not answer as it should.' },
  BASELINE_UNREADABLE: { exit: 4, means: 'The baseline file is not one this version can use.' },
  REPORT_UNREADABLE: { exit: 4, means: 'The file is not a scan report this version can use.' },
  LABELS_UNREADABLE: { exit: 4, means: 'The labels file cannot be read.' },
  LABELS_MISMATCH: { exit: 4, means: 'The labels know none of the accounts in the report.' },
  SUBJECT_UNKNOWN: { exit: 2, means: 'The report holds no campaign or account of that name.' },
  SUBJECT_AMBIGUOUS: { exit: 2, means: 'Several campaigns or accounts begin with that name.' },
  INDICATORS_UNREADABLE: { exit: 4, means: 'The file holds no list of STIX objects.' },
  TOKENS_UNREADABLE: { exit: 4, means: 'A line of the tokens file is no account with a token.' },
  EVIDENCE_UNREADABLE: { exit: 4, means: 'The evidence pack is incomplete or damaged.' },
  EVIDENCE_DIFFERS: { exit: 1, means: 'Recomputed scores differ from the stored ones.' },
  OUTPUT_UNWRITABLE: { exit: 4, means: 'An output file or folder cannot be written.' },
  PROMPTS_UNREADABLE: { exit: 4, means: 'A prompt corpus for the simulator cannot be read.' },
  ARRIVALS_UNREADABLE: { exit: 4, means: 'A recording of arrivals cannot be read.' },
  JSON_NOT_CANONICAL: { exit: 4, means: 'A value has no canonical JSON form.' },
  LEDGER_BUNDLE_UNREADABLE: {
    exit: 4,
    means: 'The file is not a ledger bundle this version can use.',
  },
  LEDGER_NOTE_MALFORMED: { exit: 4, means: 'A checkpoint is not a well-formed signed note.' },
  LEDGER_KEY_UNUSABLE: {
    exit: 2,
    means: 'A verifier key or the quorum of witnesses cannot be used.',
  },
  LEDGER_UNSIGNED: { exit: 1, means: 'A checkpoint has no signature by the key of its ledger.' },
  LEDGER_SIGNATURE_WRONG: {
    exit: 1,
    means: 'A signature in the name of a known key is not its own.',
  },
  LEDGER_SIGNER_UNNAMED: {
    exit: 1,
    means: 'A bundle holds a signature and not the key to check it.',
  },
  LEDGER_WITNESSES_MISSING: {
    exit: 1,
    means: 'Fewer witnesses cosigned a checkpoint than were asked for.',
  },
  LEDGER_RECORD_INVALID: { exit: 1, means: 'An entry of the ledger is not one of its events.' },
  LEDGER_NOT_INCLUDED: { exit: 1, means: 'An entry is not in the signed tree.' },
  LEDGER_OPENING_WRONG: { exit: 1, means: 'An entry does not speak of what the bundle shows.' },
  LEDGER_INCONSISTENT: {
    exit: 1,
    means: 'An older tree is not shown to be a beginning of the newer one.',
  },
  LEDGER_FORKED: { exit: 1, means: 'Two signed trees of one size differ.' },
  LEDGER_NOT_LINKED: { exit: 1, means: 'A bundle does not start at the checkpoint that was kept.' },
  LEDGER_ROOT_DIFFERS: { exit: 1, means: 'The entries do not hash to the signed root.' },
  LEDGER_TILE_MISSING: { exit: 4, means: 'A file of the ledger is not there.' },
  LEDGER_TILE_DAMAGED: { exit: 1, means: 'A file of the ledger is not what its entries make it.' },
  LEDGER_ENTRY_TOO_LARGE: { exit: 4, means: 'An entry of the ledger is longer than 65,535 bytes.' },
  LEDGER_CONFLICT: { exit: 1, means: 'Another process appended to the ledger first.' },
  MEMBER_KEY_UNUSABLE: { exit: 4, means: 'A public key of a member cannot be used.' },
  MEMBER_KEY_ROTATION_REFUSED: { exit: 1, means: 'A change of a member key is not vouched for.' },
  CONTRIBUTION_MALFORMED: {
    exit: 4,
    means: 'A signed envelope does not have the form it must have.',
  },
  CONTRIBUTION_MISDIRECTED: {
    exit: 1,
    means: 'A contribution was signed for another hub, collection or member.',
  },
  CONTRIBUTION_KEY_UNKNOWN: {
    exit: 1,
    means: 'A contribution is signed by a key that its member does not have.',
  },
  CONTRIBUTION_KEY_REFUSED: {
    exit: 1,
    means: 'A contribution is signed by a key that may not sign now.',
  },
  CONTRIBUTION_BACKDATED: {
    exit: 1,
    means: 'A contribution was signed too long ago, or in the future.',
  },
  CONTRIBUTION_FORGED: { exit: 1, means: 'The signature of a contribution is wrong.' },
  CONTRIBUTION_REPLAYED: { exit: 1, means: 'A contribution was received before.' },
  CONTRIBUTION_DIFFERS: { exit: 1, means: 'The objects are not the ones that were signed.' },
  IDENTIFIER_INVALID: { exit: 4, means: 'An identifier is not of its kind.' },
  IDENTIFIER_HASHED: { exit: 4, means: 'A plain hash stands where an identifier belongs.' },
  TOKEN_INVALID: { exit: 4, means: 'What should be a blinded token is none.' },
  BLINDING_KEY_UNUSABLE: { exit: 4, means: 'The root secret of blinding cannot be used.' },
  BLINDING_REQUEST_INVALID: {
    exit: 4,
    means: 'A batch of blinded identifiers cannot be evaluated.',
  },
  BLINDING_PROOF_WRONG: { exit: 1, means: 'The hub did not prove that it used its committed key.' },
  BLINDING_RATE_EXCEEDED: { exit: 1, means: 'Evaluations are asked for too fast.' },
  BLINDING_BUDGET_SPENT: { exit: 1, means: 'The budget of evaluations of an epoch is spent.' },
  LAB_CONFIG_INVALID: { exit: 4, means: 'The configuration of the lab cannot be used.' },
  LAB_STATE_UNREADABLE: {
    exit: 4,
    means: 'The state in the data folder of the lab cannot be read.',
  },
  LAB_STATE_IN_USE: { exit: 4, means: 'Another lab uses the data folder.' },
  LAB_DISK_FULL: { exit: 4, means: 'The disk of the lab has no room for a checkpoint.' },
  LAB_JOURNAL_STALLED: { exit: 4, means: 'The journal of the lab cannot be written.' },
  LAB_LISTEN_FAILED: { exit: 4, means: 'The lab cannot listen on the address.' },
  LAB_UNREACHABLE: { exit: 4, means: 'The lab does not answer, or refuses.' },
  STORE_UNREACHABLE: { exit: 4, means: 'The database of the hub cannot be opened or reached.' },
  STORE_FULL: { exit: 4, means: 'The store takes no writes: its disk is full or fails.' },
  STORE_TOO_NEW: { exit: 4, means: 'A later version of Stillwatch has changed the database.' },
  STORE_TOO_MANY_RANGES: { exit: 4, means: 'A query of the hub touches too much at once.' },
  WARNINGLIST_UNREADABLE: { exit: 4, means: 'A warninglist cannot be used.' },
  SHARE_BUNDLE_UNREADABLE: { exit: 4, means: 'What is to be shared cannot be read.' },
  HUB_ANSWER_INVALID: { exit: 4, means: 'A hub does not answer as a hub of this version does.' },
  SHARE_KEY_UNREADABLE: { exit: 4, means: 'The file of a signing key cannot be used.' },
  SHARE_CONNECTION_DECLARED: {
    exit: 1,
    means: 'The connection of the lab stands in its configuration, and no command changes it.',
  },
  HUB_ADDRESS_UNUSABLE: { exit: 4, means: 'The hub cannot listen on its address.' },
  HUB_UNWELL: { exit: 1, means: 'A check of the health of the hub fails.' },
  TAKEOVER_UNREADABLE: { exit: 4, means: 'The file is not one of a medallion installation.' },
  TAXII_URL_INVALID: { exit: 2, means: 'A URL is not one that a TAXII client may use.' },
  TAXII_CREDENTIAL_INVALID: { exit: 2, means: 'A token, or a user and password, cannot be sent.' },
  TAXII_UNREACHABLE: { exit: 4, means: 'A TAXII server does not answer.' },
  TAXII_OTHER_ORIGIN: { exit: 4, means: 'A TAXII server points to another origin.' },
  TAXII_REFUSED: { exit: 4, means: 'A TAXII server refuses a request.' },
  TAXII_ANSWER_INVALID: { exit: 4, means: 'An answer is not what TAXII 2.1 prescribes.' },
  TAXII_ADD_INCOMPLETE: { exit: 1, means: 'A TAXII server did not take all objects.' },
  RETRACTION_IMPOSSIBLE: { exit: 2, means: 'An object cannot be revoked.' },
  HUB_UNKNOWN: {
    exit: 2,
    means: 'The hub holds no member, collection, group or token of that name.',
  },
  HUB_AMBIGUOUS: { exit: 2, means: 'Several members, collections or groups have that name.' },
  HUB_TAKEN: { exit: 2, means: 'The hub has one of that name or key already.' },
  HUB_REVOKED: { exit: 2, means: 'A member was revoked, and that is for ever.' },
  BACKUP_DAMAGED: { exit: 1, means: 'A backup of the hub is not what its manifest says.' },
  GATE_TOKENS_UNREADABLE: { exit: 4, means: 'The file of gateway tokens cannot be read.' },
  GATE_CONFIG_UNREADABLE: { exit: 4, means: 'The configuration of the gate cannot be read.' },
  GATE_DECISIONS_UNREADABLE: { exit: 4, means: 'The file of decisions cannot be read.' },
  GATE_UNREACHABLE: { exit: 4, means: 'The gate does not answer, or refuses to.' },
  POLICY_INVALID: { exit: 4, means: 'The policy file holds faults.' },
  POLICY_CONDITION_FAILED: {
    exit: 1,
    means: 'The condition of a rule could not be evaluated, so the rule did not fire.',
  },
  CASE_EVENT_INVALID: { exit: 4, means: 'An event of a case does not have the form it must have.' },
  DECISION_UNKNOWN: { exit: 2, means: 'There is no decision or proposal of that id.' },
  DECISION_INVALID: { exit: 2, means: 'What a person decided cannot be a decision.' },
  CASE_UNKNOWN: { exit: 2, means: 'There is no case of that id.' },
  CASE_STEP_REFUSED: { exit: 1, means: 'A case is not in a state in which this can be done.' },
  CASE_SAME_PERSON: {
    exit: 1,
    means: 'An appeal would be decided by somebody who made the decision.',
  },
  APPEAL_TOO_LATE: { exit: 1, means: 'The time in which a decision can be appealed is over.' },
  APPEAL_REPEATED: { exit: 1, means: 'An appeal against the decision is open, or was decided.' },
  WEBHOOK_URL_REFUSED: { exit: 2, means: 'A webhook may not be sent to that URL.' },
} as const satisfies Record<string, { exit: number; means: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** An expected failure: shown to the person as `code: message`, never as a stack trace. */
export class StillwatchError extends Error {
  override readonly name = 'StillwatchError';
  readonly code: ErrorCode;
  /** What the reader can do about it: one sentence. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit;
  }
}
