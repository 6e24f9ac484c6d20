/** Statements of one kind leave at least this far apart, so that at 500 orders a second each answers for two or more. */
const EVERY_MS = 4;
const MOST_AT_ONCE = 100;

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: unknown) => void;
}

/**
 * Puts small questions of the same moment, about different things each, into one statement: the way to the database and back
 * costs a busy process more than the answer. Who asks alone waits for nobody.
 *
 * `answerAll` answers in the order of the questions. Questions of the same `keyOf` are never in one statement.
 */
export function gathered<Question, Answer>(
  keyOf: (question: Question) => string,
  answerAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): (question: Question) => Promise<Answer> {
  let waiting = new Map<string, Waiting<Question, Answer>>();
  let leaving: NodeJS.Timeout | null = null;
  let leftAt = Number.NEGATIVE_INFINITY;

  const leave = () => {
    if (leaving !== null) clearTimeout(leaving);
    leaving = null;
    const together = [...waiting.values()];
    waiting = new Map();
    leftAt = performance.now();
    void answer(together, answerAll);
  };

  return (question) =>
    new Promise((resolve, reject) => {
      const key = keyOf(question);
      if (waiting.has(key) || waiting.size === MOST_AT_ONCE) leave();
      waiting.set(key, { question, resolve, reject });
      const sinceLast = performance.now() - leftAt;
      if (sinceLast >= EVERY_MS) leave();
      else leaving ??= setTimeout(leave, EVERY_MS - sinceLast);
    });
}

/** As {@link gathered}: what is on record under a key; `null` where nothing is. */
export function gatheredByKey<Found>(
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Found>>,
): (key: string) => Promise<Found | null> {
  return gathered(String, async (keys: readonly string[]) => {
    const found = await read(keys);
    return keys.map((key) => found.get(key) ?? null);
  });
}

async function answer<Question, Answer>(
  together: readonly Waiting<Question, Answer>[],
  answerAll: (questions: readonly Question[]) => Promise<readonly Answer[]>,
): Promise<void> {
  try {
    const answers = await answerAll(together.map(({ question }) => question));
    if (answers.length !== together.length) throw new Error(`${together.length} questions, ${answers.length} answers`);
    for (const [index, given] of answers.entries()) together[index]?.resolve(given);
  } catch (cause) {
    for (const { reject } of together) reject(cause);
  }
}
