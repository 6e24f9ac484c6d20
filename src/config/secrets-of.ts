import type { Config } from './config.js';

/** Every secret that a configuration holds, for whoever must never write one down. */
export function secretsOf({ accounts, alarms, databaseUrl, http, redisUrl }: Config): string[] {
  const addresses = [databaseUrl, redisUrl, alarms.webhookUrl].flatMap((secret) => secret?.reveal() ?? []);
  return [
    ...accounts.flatMap(({ clientSecret, refreshToken }) => [clientSecret.reveal(), refreshToken.reveal()]),
    ...(http.adminToken === null ? [] : [http.adminToken.reveal()]),
    ...addresses.flatMap(secretsOfAddress),
  ];
}

/** The whole, its password as it is written and as it is meant, and what follows its host where that is a secret. */
function secretsOfAddress(address: string): string[] {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) return [address];
  const path = url.protocol.startsWith('http') ? [`${url.pathname}${url.search}`, url.search.slice(1)] : [];
  return [
    address,
    url.href,
    url.password,
    decoded(url.password),
    url.searchParams.get('password') ?? '',
    ...path,
  ].filter((text) => text !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
