/** Something was asked of the simulated world that cannot be: a wrong input, said in words for whoever gave it. */
export class Contradiction extends Error {
  override readonly name = 'Contradiction';
}
