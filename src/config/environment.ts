// biome-ignore lint/style/noProcessEnv: the only reading of the process's environment
export const environment: Readonly<Record<string, string | undefined>> = process.env;
