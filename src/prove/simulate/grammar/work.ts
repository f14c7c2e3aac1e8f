/** Words of ordinary work in English: programming, databases, documents, letters, homework. */
import type { Slots } from './grammar.ts';

/** Topics of one domain and what is asked about them; {topic} stays the same for one person. */
export interface Domain {
  readonly name: string;
  readonly topics: readonly string[];
  readonly templates: readonly string[];
}

export const WORK_SLOTS: Slots = {
  task: [
    'parse a date',
    'merge two lists',
    'retry a request',
    'read a large file',
    'sort by two keys',
    'remove duplicates',
    'validate an address',
    'split a string',
    'cache a result',
    'round to cents',
    'walk a tree',
    'debounce a call',
    'paginate results',
    'compare versions',
  ],
  symptom: [
    'returns None',
    'hangs',
    'throws on empty input',
    'is off by one',
    'leaks memory',
    'runs twice',
    'fails only in CI',
    'loses the last row',
    'times out',
    'breaks on umlauts',
    'prints nothing',
    'ignores the flag',
  ],
  object: [
    'the invoice service',
    'my scraper',
    'the login page',
    'a cron job',
    'the report builder',
    'an old script',
    'the import',
    'the API client',
    'a test',
    'the parser',
    'our dashboard',
    'the queue worker',
  ],
  entity: [
    'customers',
    'orders',
    'invoices',
    'courses',
    'flights',
    'employees',
    'shipments',
    'patients',
    'songs',
    'tickets',
    'payments',
    'sensors',
  ],
  filter: [
    'last month',
    'without an email',
    'above the average',
    'in more than one city',
    'never cancelled',
    'per region',
    'by weekday',
    'with a discount',
    'from new accounts',
    'in the top ten',
  ],
  doc: [
    'The delivery of spare parts was delayed by weather and the penalty clause was waived.',
    'Revenue grew in the second quarter while costs for staff fell slightly.',
    'The tenant reports damp walls in the north room since autumn.',
    'The panel approved the protocol after two amendments on storage.',
    'The supplier offers a discount for orders placed before the fair.',
    'Guests praised the breakfast but complained about the lift.',
    'The committee postponed the vote on the new cycle path.',
    'The patient was discharged with instructions to rest.',
    'A software fault stopped the ticket machines for an hour.',
    'The harvest was smaller than expected after a dry spring.',
  ],
  party: [
    'Nordhafen Ltd',
    'the city council',
    'Mr. Adeyemi',
    'Ms. Okafor',
    'the housing office',
    'Lindqvist and Sons',
    'the regional clinic',
    'our landlord',
    'the insurer',
    'Team Blue',
  ],
  tone: ['friendly', 'firm', 'formal', 'short', 'apologetic', 'cheerful', 'neutral', 'polite'],
};

export const WORK: readonly Domain[] = [
  {
    name: 'coding',
    topics: [
      'Python',
      'TypeScript',
      'Rust',
      'Go',
      'Java',
      'SQLAlchemy',
      'React',
      'pandas',
      'Bash',
      'C++',
      'Django',
      'Terraform',
      'Kotlin',
      'numpy',
    ],
    templates: [
      'how do I {task} in {topic}? {object} has {#2-900} lines',
      '{object} in {topic} {symptom} when I {task}, why?',
      'write a {topic} function to {task} for {#2-99} items and a test for {object}',
      'line {#2-900} of {object} {symptom}. It is {topic}. I only wanted to {task}.',
      'is it better in {topic} to {task} in {object} or in {object}? about {#2-900} calls',
      'refactor this {topic} code: {object} should {task}, now it {symptom} after {#2-90} s',
      'explain the error "{symptom}" in {topic} at {object}:{#2-900}, I try to {task}',
    ],
  },
  {
    name: 'sql',
    topics: [
      'university courses',
      'a shop',
      'a clinic',
      'an airline',
      'a music store',
      'a library',
      'a warehouse',
      'a bank',
    ],
    templates: [
      'For {topic}: list {entity} {filter} with more than {#2-900} {entity}',
      'how many {entity} {filter} in {topic}, limit {#2-900}',
      'In {topic}, which {entity} have {#2-90} {entity} {filter}?',
      '{topic}: average number of {entity} per {entity} {filter}, ids under {#2-9000}',
    ],
  },
  {
    name: 'letters',
    topics: [
      'complaints',
      'invitations',
      'reminders',
      'applications',
      'apologies',
      'offers',
      'reports',
      'thank-you notes',
      'minutes',
      'cancellations',
    ],
    templates: [
      'write a {tone} email to {party} about {entity}, one of my {topic}, mention invoice {#100-9999}',
      'make this more {tone} ({topic}): {doc} Regards to {party}, ref {#100-9999}',
      'subject line for {topic} to {party}, {tone}, case {#100-9999}',
      'reply to {party} ({tone}, {topic}): we can only deliver {#2-90} of the {entity} {filter}',
    ],
  },
];

/** Document pipelines: one template per unit, many documents. */
export const DOCUMENT_TASKS: readonly string[] = [
  'Extract all names and dates as JSON from the text below.',
  'What label best describes this document: finance, health, travel, housing or other?',
  'Summarise the text in one sentence.',
  'Is the tone of the review positive or negative?',
  'List the obligations of each party.',
  'Translate the title into plain English.',
  'Does the text mention a deadline? Answer yes or no.',
  'Rate the urgency from 1 to 5.',
];

export const DOCUMENT_TEMPLATE =
  '{topic}\n\nDocument {#1000-99999} from {party}: {doc} {doc} It concerns {entity} {filter} and {object}.';
