/** Reads `text/event-stream` (WHATWG HTML, sections 9.2.5 and 9.2.6), bounded where the standard is not. */
import { answerInvalid } from './fault.ts';

export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

export interface StreamBounds {
  /** Longest line, and longest data of one event; in UTF-16 code units. */
  readonly maxLine: number;
  readonly maxData: number;
}
export const STREAM_BOUNDS: StreamBounds = { maxLine: 16 << 20, maxData: 32 << 20 };

export interface EventStreamParser {
  /** The events that a part of the stream completes. @throws StillwatchError `TAXII_ANSWER_INVALID`. */
  readonly push: (bytes: Uint8Array) => readonly (StreamEvent & { readonly lastEventId: string })[];
  /** As of the last completed event; what is sent when connecting again. */
  readonly lastEventId: () => string;
  /** What the server asked to wait before connecting again, in milliseconds. */
  readonly retryMs: () => number | undefined;
}

/** @param lastEventId as known from before: it holds until the stream sets another. */
export const eventStreamParser = (
  lastEventId = '',
  bounds: StreamBounds = STREAM_BOUNDS,
): EventStreamParser => {
  // 9.2.5: UTF-8, faults replaced, one byte order mark at the start ignored.
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  let afterReturn = false;
  let id = lastEventId;
  let dispatchedId = lastEventId;
  let type = '';
  let data: string[] = [];
  let dataLength = 0;
  let retry: number | undefined;

  const field = (name: string, value: string): void => {
    switch (name) {
      case 'event':
        type = value;
        break;
      case 'data':
        data.push(value);
        dataLength += value.length + 1;
        if (dataLength > bounds.maxData)
          throw answerInvalid(`streams an event of more than ${bounds.maxData} characters`);
        break;
      case 'id':
        // 9.2.6: an id with a NUL is ignored.
        if (!value.includes('\0')) id = value;
        break;
      case 'retry':
        if (/^[0-9]{1,9}$/.test(value)) retry = Number(value);
        break;
    }
  };

  /** The event that an empty line completes. An id counts even when there is no data (9.2.6). */
  const dispatch = (): (StreamEvent & { readonly lastEventId: string }) | undefined => {
    dispatchedId = id;
    const event =
      data.length === 0
        ? undefined
        : { type: type === '' ? 'message' : type, data: data.join('\n'), lastEventId: id };
    type = '';
    data = [];
    dataLength = 0;
    return event;
  };

  const line = (text: string): ReturnType<typeof dispatch> => {
    if (text === '') return dispatch();
    const colon = text.indexOf(':');
    if (colon === 0) return undefined;
    if (colon < 0) field(text, '');
    else field(text.slice(0, colon), text.slice(text[colon + 1] === ' ' ? colon + 2 : colon + 1));
    return undefined;
  };

  return {
    lastEventId: () => dispatchedId,
    retryMs: () => retry,
    push: (bytes) => {
      let text = decoder.decode(bytes, { stream: true });
      if (text === '') return [];
      // A carriage return ended the line before; its line feed may come with the next part.
      if (afterReturn && text.startsWith('\n')) text = text.slice(1);
      afterReturn = text.endsWith('\r');
      const events: NonNullable<ReturnType<typeof dispatch>>[] = [];
      let start = 0;
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (code !== 10 && code !== 13) continue;
        const event = line(rest + text.slice(start, i));
        if (event !== undefined) events.push(event);
        rest = '';
        if (code === 13 && text.charCodeAt(i + 1) === 10) i += 1;
        start = i + 1;
      }
      rest += text.slice(start);
      if (rest.length > bounds.maxLine)
        throw answerInvalid(`streams a line of more than ${bounds.maxLine} characters`);
      return events;
    },
  };
};
