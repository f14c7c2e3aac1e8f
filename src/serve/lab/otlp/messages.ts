/**
 * The OTLP messages a lab reads and writes, described by field number and type as the protocol
 * buffers of OpenTelemetry declare them (opentelemetry-proto v1: common, resource, trace, logs, and
 * the two collector services; google.rpc.Status). Fields that are not used are left out: a reader of
 * protocol buffers skips what it does not know.
 */
import protobuf from 'protobufjs';

type Fields = Readonly<
  Record<string, readonly [number: number, type: string, repeated?: 'repeated']>
>;

const MESSAGES: Readonly<Record<string, Fields>> = {
  AnyValue: {
    stringValue: [1, 'string'],
    boolValue: [2, 'bool'],
    intValue: [3, 'int64'],
    doubleValue: [4, 'double'],
    arrayValue: [5, 'ArrayValue'],
    kvlistValue: [6, 'KeyValueList'],
    bytesValue: [7, 'bytes'],
  },
  ArrayValue: { values: [1, 'AnyValue', 'repeated'] },
  KeyValueList: { values: [1, 'KeyValue', 'repeated'] },
  KeyValue: { key: [1, 'string'], value: [2, 'AnyValue'] },
  Resource: { attributes: [1, 'KeyValue', 'repeated'] },
  SpanStatus: { message: [2, 'string'], code: [3, 'int32'] },
  Event: {
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'string'],
    attributes: [3, 'KeyValue', 'repeated'],
  },
  Span: {
    traceId: [1, 'bytes'],
    spanId: [2, 'bytes'],
    name: [5, 'string'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'KeyValue', 'repeated'],
    events: [11, 'Event', 'repeated'],
    status: [15, 'SpanStatus'],
  },
  ScopeSpans: { spans: [2, 'Span', 'repeated'] },
  ResourceSpans: { resource: [1, 'Resource'], scopeSpans: [2, 'ScopeSpans', 'repeated'] },
  TracesRequest: { resourceSpans: [1, 'ResourceSpans', 'repeated'] },
  LogRecord: {
    timeUnixNano: [1, 'fixed64'],
    body: [5, 'AnyValue'],
    attributes: [6, 'KeyValue', 'repeated'],
    traceId: [9, 'bytes'],
    spanId: [10, 'bytes'],
    observedTimeUnixNano: [11, 'fixed64'],
    eventName: [12, 'string'],
  },
  ScopeLogs: { logRecords: [2, 'LogRecord', 'repeated'] },
  ResourceLogs: { resource: [1, 'Resource'], scopeLogs: [2, 'ScopeLogs', 'repeated'] },
  LogsRequest: { resourceLogs: [1, 'ResourceLogs', 'repeated'] },
  // ExportTracePartialSuccess and ExportLogsPartialSuccess have the same shape.
  PartialSuccess: { rejected: [1, 'int64'], errorMessage: [2, 'string'] },
  ExportResponse: { partialSuccess: [1, 'PartialSuccess'] },
  RpcStatus: { code: [1, 'int32'], message: [2, 'string'] },
};

const root = new protobuf.Root();
for (const [name, fields] of Object.entries(MESSAGES)) {
  const type = new protobuf.Type(name);
  for (const [field, [number, of, rule]] of Object.entries(fields))
    type.add(new protobuf.Field(field, number, of, rule));
  root.add(type);
}
root.resolveAll();

export const SIGNALS = ['traces', 'logs'] as const;
export type Signal = (typeof SIGNALS)[number];

const REQUESTS: Readonly<Record<Signal, string>> = { traces: 'TracesRequest', logs: 'LogsRequest' };

const hexIds = (value: unknown): void => {
  if (Array.isArray(value)) for (const item of value) hexIds(item);
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      // OTLP/JSON writes ids as hex (OTLP specification, "JSON Protobuf Encoding").
      if ((name === 'traceId' || name === 'spanId') && inner instanceof Uint8Array)
        (value as Record<string, unknown>)[name] = Buffer.from(inner).toString('hex');
      else if (typeof inner === 'object') hexIds(inner);
    }
};

/** A request as OTLP/JSON would have it. @throws when the bytes are no such message. */
export const decodeRequest = (signal: Signal, bytes: Uint8Array): Record<string, unknown> => {
  const type = root.lookupType(REQUESTS[signal]);
  const plain = type.toObject(type.decode(bytes), { longs: String }) as Record<string, unknown>;
  hexIds(plain);
  return plain;
};

const encode = (name: string, value: Readonly<Record<string, unknown>>): Uint8Array => {
  const type = root.lookupType(name);
  return type.encode(type.fromObject(value)).finish();
};

/** What is answered to an export: rejected records are named, and not to be sent again. */
export const encodeResponse = (rejected: number, errorMessage: string): Uint8Array =>
  encode('ExportResponse', rejected > 0 ? { partialSuccess: { rejected, errorMessage } } : {});

export const encodeStatus = (code: number, message: string): Uint8Array =>
  encode('RpcStatus', { code, message });
