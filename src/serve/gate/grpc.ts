/** Envoy's external authorization over gRPC. */
import { fileURLToPath } from 'node:url';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  type CheckRequest,
  type CheckResponse,
  checkHeader,
  checkPath,
  checkResponse,
  questionOfCheck,
} from '../../act/gateway/envoy/check.ts';
import type { QuestionHeaders } from '../../act/gateway/question.ts';
import { refuse } from '../../act/gateway/refuse.ts';
import { styleOf } from '../../act/gateway/style.ts';
import { type Asking, decide } from '../../act/gateway/verdict.ts';
import { countVerdict } from './ask-routes.ts';
import type { Listen } from './start.ts';
import type { Tally } from './tally.ts';
import type { Tokens } from './tokens.ts';

const PROTO = fileURLToPath(
  new URL('../../act/gateway/envoy/proto/stillwatch-ext-authz.proto', import.meta.url),
);

export interface GrpcParts {
  readonly listen: Listen;
  readonly asking: () => Asking;
  readonly tally: Tally;
  readonly tokens: Tokens;
  readonly names: QuestionHeaders;
  readonly appealUrl: string;
  readonly clock: () => number;
  readonly fault: (error: unknown) => void;
}

/** The definition of the service, for servers and for clients in tests. */
export const extAuthz = () => {
  const loaded = loadPackageDefinition(
    loadSync(PROTO, {
      keepCase: true,
      longs: String,
      enums: String,
      defaults: false,
      oneofs: true,
    }),
  );
  // The shape is that of the file beside this one.
  type Found = { readonly [name: string]: Found };
  const found = (loaded as unknown as Found).envoy?.service?.auth?.v3?.Authorization;
  if (found === undefined) throw new Error('the service is not in its own file');
  return found as unknown as import('@grpc/grpc-js').ServiceClientConstructor;
};

const LARGEST_CHECK = 64 << 10;

export const startGrpc = async (
  parts: GrpcParts,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> => {
  const { listen, asking, tally, tokens, names, appealUrl, clock, fault } = parts;
  const check = (
    call: ServerUnaryCall<CheckRequest, CheckResponse>,
    answer: sendUnaryData<CheckResponse>,
  ): void => {
    const authorization = call.metadata.get('authorization')[0];
    if (tokens.bearer(authorization?.toString()) === undefined)
      answer({ code: status.UNAUTHENTICATED, details: 'A token is needed' });
    else answerCheck(call, answer);
  };
  const answerCheck: typeof check = (call, answer) => {
    try {
      const verdict = decide(asking(), questionOfCheck(call.request, names), clock());
      countVerdict(tally, 'envoy-grpc', verdict);
      const style = styleOf(checkPath(call.request), checkHeader(call.request));
      answer(
        null,
        checkResponse(verdict, verdict.passes ? null : refuse(verdict, style, appealUrl)),
      );
    } catch (error) {
      fault(error);
      answer({ code: status.INTERNAL, details: 'Internal fault' });
    }
  };
  const server = new Server({ 'grpc.max_receive_message_length': LARGEST_CHECK });
  server.addService(extAuthz().service, { Check: check });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `${listen.host}:${listen.port}`,
      ServerCredentials.createInsecure(),
      (error, bound) => (error === null ? resolve(bound) : reject(error)),
    );
  });
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.forceShutdown(), 2000);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
};
