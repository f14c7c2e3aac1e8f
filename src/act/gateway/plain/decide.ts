/** Plain JSON: questions in, answers out, one by one or many at once. */
import { parseJsonText } from '../../../base/json-text.ts';
import type { Gate, GateAnswer, GateQuestion } from '../../response/decision.ts';
import { parseQuestion, type QuestionFault } from '../question.ts';

export const LARGEST_QUESTION = 16 << 10;
export const LARGEST_BATCH = 1 << 20;
export const MOST_QUESTIONS = 1000;

export const readQuestion = (body: string): GateQuestion | QuestionFault => {
  const parsed = parseJsonText(body, { maxBytes: LARGEST_QUESTION, maxDepth: 2, maxValues: 64 });
  return parsed.fault === undefined ? parseQuestion(parsed.value) : { fault: parsed.fault.message };
};

/** `{"questions":[…]}`; one wrong question refuses the batch, so that none is passed over unseen. */
export const readQuestions = (body: string): readonly GateQuestion[] | QuestionFault => {
  const parsed = parseJsonText(body, { maxBytes: LARGEST_BATCH, maxDepth: 4, maxValues: 20_000 });
  if (parsed.fault !== undefined) return { fault: parsed.fault.message };
  const { value } = parsed;
  const list =
    typeof value === 'object' && value !== null && 'questions' in value ? value.questions : value;
  if (!Array.isArray(list) || list.length > MOST_QUESTIONS)
    return { fault: `questions is a list of at most ${MOST_QUESTIONS}` };
  const questions: GateQuestion[] = [];
  for (const [i, item] of list.entries()) {
    const question = parseQuestion(item);
    if ('fault' in question) return { fault: `questions[${i}]: ${question.fault}` };
    questions.push(question);
  }
  return questions;
};

/**
 * An answer as JSON, written by hand because it is the hot path: ids, actions and reasons come from
 * closed sets or were checked when they entered, and only the value of a subject needs escaping.
 */
export const answerJson = (answer: GateAnswer, appealUrl: string): string => {
  const { subject, obligations } = answer;
  const who =
    subject === null
      ? 'null'
      : `{"kind":"${subject.kind}","value":${JSON.stringify(subject.value)}}`;
  const appeal = answer.action === 'allow' ? '' : `,"appeal_url":${JSON.stringify(appealUrl)}`;
  return `{"decision_id":"${answer.decision_id}","action":"${answer.action}","reason":"${answer.reason}","obligations":${JSON.stringify(obligations)},"subject":${who},"ttl":${answer.ttl},"knowledge_age":${answer.knowledge_age},"stale":${answer.stale}${appeal}}`;
};

export const answersJson = (
  gate: Gate,
  questions: readonly GateQuestion[],
  now: number,
  appealUrl: string,
  counted: (answer: GateAnswer) => void,
): string => {
  const answers = gate.answerAll(questions, now).map((answer) => {
    counted(answer);
    return answerJson(answer, appealUrl);
  });
  return `{"answers":[${answers.join(',')}]}`;
};
