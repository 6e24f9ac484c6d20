/** The accounts that a person means, or what to tell them. */
export type AccountsNamed =
  | { readonly kind: 'accounts'; readonly names: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: string };

/** `undefined` means all. */
export function accountsNamed(name: string | undefined, configured: readonly string[]): AccountsNamed {
  if (name === undefined) return { kind: 'accounts', names: configured };
  if (configured.includes(name)) return { kind: 'accounts', names: [name] };
  return { kind: 'unknown', problem: `There is no account "${name}"; configured are: ${configured.join(', ')}.` };
}
