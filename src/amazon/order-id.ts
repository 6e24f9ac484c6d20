/**
 * True for what may be put into a URL and a job id. Amazon's ids are 3-7-7 digits, those of multi-channel orders carry
 * letters (`S01-...`).
 */
export function isOrderId(text: string): boolean {
  return /^[A-Za-z0-9-]{3,40}$/.test(text);
}
