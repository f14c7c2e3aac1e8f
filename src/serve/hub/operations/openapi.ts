/** The OpenAPI 3.1 description, made from the table that requests are dispatched from. */
import { TAXII_TYPE } from '../http/refusal.ts';
import type { JsonSchema, Route } from '../http/route.ts';
import { ERROR } from './schemas.ts';

const MEANINGS: Readonly<Record<number, string>> = {
  200: 'Success',
  201: 'Made',
  202: 'Taken in; the status says what became of each object',
  204: 'Done',
  400: 'The request or a filter of it cannot be understood',
  401: 'Credentials are missing or not valid',
  403: 'Not permitted',
  404: 'Not there, or not for you',
  405: 'The method is not allowed here',
  406: 'The Accept header excludes the only media type',
  409: 'It contradicts what is there',
  413: 'The body is longer than max_content_length',
  415: 'The media type of the body is not supported',
  422: 'The body cannot be processed',
  429: 'Too many requests; see Retry-After',
  503: 'Not now; see Retry-After',
};

const pathOf = (path: string): string => path.replace(/[:*](\w+)/g, '{$1}');

const parametersOf = (route: Route): readonly JsonSchema[] => [
  ...[...route.path.matchAll(/[:*](\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...(route.query ?? []).map((name) => ({ name, in: 'query', schema: { type: 'string' } })),
];

const responsesOf = (route: Route): JsonSchema => {
  const statuses = [...new Set([...route.statuses, ...(route.access === 'member' ? [401] : [])])];
  const entries = statuses.sort().map((status) => {
    const answered = status < 300 || route.answersAlso?.includes(status) === true;
    const type = answered ? (route.type ?? TAXII_TYPE) : TAXII_TYPE;
    const schema = answered ? route.answer : { $ref: '#/components/schemas/Error' };
    return [
      String(status),
      {
        description: MEANINGS[status] ?? 'See the description',
        ...(schema === undefined ? {} : { content: { [type]: { schema } } }),
      },
    ] as const;
  });
  return Object.fromEntries(entries);
};

const operationOf = (route: Route): JsonSchema => ({
  operationId: route.name,
  summary: route.summary,
  ...(route.section === undefined ? {} : { description: `TAXII 2.1, section ${route.section}.` }),
  ...(route.access === 'member' ? { security: [{ bearer: [] }, { basic: [] }] } : { security: [] }),
  parameters: parametersOf(route),
  ...(route.takes === undefined
    ? {}
    : {
        requestBody: {
          required: true,
          content: { [route.taxii ? TAXII_TYPE : 'application/json']: { schema: route.takes } },
        },
      }),
  responses: responsesOf(route),
});

export const openApi = (routes: readonly Route[], publicUrl?: string): JsonSchema => {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes) {
    const path = pathOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stillwatch hub',
      version: '0.1.0',
      description: 'TAXII 2.1, and what a forum of model providers needs beside it.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...(publicUrl === undefined ? {} : { servers: [{ url: publicUrl }] }),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic' },
      },
      schemas: { Error: ERROR },
    },
  };
};
