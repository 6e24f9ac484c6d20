import { describe, expect, test } from '@jest/globals';
import { preparedStatements } from '../../src/ledger/prepared-statements.js';

describe('a prepared statement', () => {
  test('is one that begins with its name, and keeps it', () => {
    const nameOf = preparedStatements();

    expect(nameOf({ sql: '\n    /* claim */ WITH claimed AS (...)' })).toBe('claim 1');
    expect(nameOf({ sql: '\n    /* claim */ WITH claimed AS (...)' })).toBe('claim 1');
    expect(nameOf({ sql: 'SELECT /* claim */ 1' })).toBe('');
  });

  test('has a name of its own where its text differs', () => {
    const nameOf = preparedStatements();

    expect(nameOf({ sql: '/* record */ UPDATE a' })).not.toBe(nameOf({ sql: '/* record */ UPDATE b' }));
  });

  test('is no longer one where there are too many texts', () => {
    const nameOf = preparedStatements();
    for (let text = 0; text < 64; text += 1) nameOf({ sql: `/* put together */ SELECT ${text}` });

    expect(nameOf({ sql: '/* put together */ SELECT 64' })).toBe('');
    expect(nameOf({ sql: '/* put together */ SELECT 63' })).toBe('put together 64');
  });
});
