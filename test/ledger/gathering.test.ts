import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { gathered } from '../../src/ledger/gathering.js';

/** Questions are numbers; each is answered with its square, when the test lets the statement return. */
function squares(keyOf: (question: number) => string = String) {
  const statements: { readonly questions: readonly number[]; answer(): void; fail(cause: Error): void }[] = [];
  const ask = gathered(
    keyOf,
    (questions: readonly number[]) =>
      new Promise<number[]>((resolve, reject) => {
        statements.push({ questions, answer: () => resolve(questions.map((each) => each * each)), fail: reject });
      }),
  );
  return { ask, statements };
}

const aMomentLater = () => jest.advanceTimersByTimeAsync(20);

describe('small questions to the ledger', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('are asked at once by whoever asks alone', async () => {
    const { ask, statements } = squares();

    const answer = ask(3);

    expect(statements.map(({ questions }) => questions)).toEqual([[3]]);
    statements[0]?.answer();
    expect(await answer).toBe(9);
  });

  test('of the same moment share a statement, and each gets its own answer', async () => {
    const { ask, statements } = squares();
    const answers = [1, 2, 3, 4].map(ask);

    await aMomentLater();
    expect(statements.map(({ questions }) => questions)).toEqual([[1], [2, 3, 4]]);
    for (const statement of statements.toReversed()) statement.answer();

    expect(await Promise.all(answers)).toEqual([1, 4, 9, 16]);
  });

  test('about the same thing are asked one after the other', async () => {
    const { ask, statements } = squares((question) => String(question % 2));
    void ask(0);

    for (const question of [1, 3, 5]) void ask(question);

    await aMomentLater();
    expect(statements.map(({ questions }) => questions)).toEqual([[0], [1], [3], [5]]);
  });

  test('are never more than a hundred in one statement', async () => {
    const { ask, statements } = squares();

    for (let question = 0; question < 202; question += 1) void ask(question);

    await aMomentLater();
    expect(statements.map(({ questions }) => questions.length)).toEqual([1, 100, 100, 1]);
  });

  test('fail together with their statement, and no others', async () => {
    const { ask, statements } = squares();
    const answers = [1, 2, 3].map(ask);
    const fates = Promise.allSettled(answers);

    await aMomentLater();
    expect(statements).toHaveLength(2);
    statements[0]?.answer();
    statements[1]?.fail(new Error('the connection is gone'));

    expect((await fates).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(answers[2]).rejects.toThrow('the connection is gone');
  });

  test('are no question of luck: too few answers are an error for all', async () => {
    const ask = gathered(String, async (_questions: readonly number[]): Promise<number[]> => []);

    await expect(ask(1)).rejects.toThrow('1 questions, 0 answers');
  });
});
