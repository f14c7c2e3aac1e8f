/**
 * The guard as Express, Fastify and Hono take it. None of the three is a dependency: what is used of them is
 * written down here as types. Obligations are put on the request for the handlers behind.
 */
import type { GateQuestion } from '../../response/decision.ts';
import type { Verdict } from '../verdict.ts';
import type { Guard } from './guard.ts';

/** Who is asking: from the service's own authentication, never from a header that the caller may set. */
export type Identify<Request> = (request: Request) => GateQuestion | Promise<GateQuestion>;

interface NodeRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly url?: string | undefined;
  readonly originalUrl?: string;
}

const headerOf =
  (headers: NodeRequest['headers']) =>
  (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };

/** Where the verdict is found on the request of Express and Fastify, and in the context of Hono. */
export const VERDICT = 'stillwatch';
export interface WithVerdict {
  stillwatch?: Verdict;
}

interface ExpressResponse {
  readonly status: (status: number) => ExpressResponse;
  readonly set: (name: string, value: string) => ExpressResponse;
  readonly send: (body: string) => unknown;
}

/** Express 4 and 5. */
export const expressGuard =
  <R extends NodeRequest>(guard: Guard, identify: Identify<R>) =>
  async (request: R, response: ExpressResponse, next: (error?: unknown) => void): Promise<void> => {
    try {
      const path = request.originalUrl ?? request.url ?? '';
      const { verdict, refused } = await guard.check(
        await identify(request),
        path,
        headerOf(request.headers),
      );
      (request as WithVerdict).stillwatch = verdict;
      if (refused === null) return next();
      response.status(refused.status).set('Content-Type', refused.type);
      for (const [name, value] of refused.headers) response.set(name, value);
      response.send(refused.body);
    } catch (error) {
      // Who cannot be identified does not slip through: the framework's own handling of errors answers.
      next(error);
    }
  };

interface FastifyReply {
  readonly code: (status: number) => FastifyReply;
  readonly header: (name: string, value: string) => FastifyReply;
  readonly send: (body: string) => FastifyReply;
}

/** For `fastify.addHook('onRequest', …)` or `'preHandler'`. */
export const fastifyGuard =
  <R extends NodeRequest>(guard: Guard, identify: Identify<R>) =>
  async (request: R, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const question = await identify(request);
    const { verdict, refused } = await guard.check(
      question,
      request.url ?? '',
      headerOf(request.headers),
    );
    (request as WithVerdict).stillwatch = verdict;
    if (refused === null) return undefined;
    reply.code(refused.status).header('content-type', refused.type);
    for (const [name, value] of refused.headers) reply.header(name, value);
    return reply.send(refused.body);
  };

interface HonoContext {
  readonly req: { readonly path: string; readonly header: (name: string) => string | undefined };
  readonly set: (key: never, value: never) => void;
}

/** Hono, on every runtime that it has. */
export const honoGuard =
  <C extends HonoContext>(guard: Guard, identify: Identify<C>) =>
  async (context: C, next: () => Promise<void>): Promise<Response | undefined> => {
    const { req } = context;
    const { verdict, refused } = await guard.check(await identify(context), req.path, (name) =>
      req.header(name),
    );
    // Hono types its variables by the application, which this does not know.
    (context.set as (key: string, value: unknown) => void)(VERDICT, verdict);
    if (refused === null) {
      await next();
      return undefined;
    }
    const headers = new Headers({ 'content-type': refused.type });
    for (const [name, value] of refused.headers) headers.set(name, value);
    return new Response(refused.body, { status: refused.status, headers });
  };
