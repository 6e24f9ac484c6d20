import { defineConfig } from 'prisma/config';

// The Prisma command line reads its own environment; the program itself reads it in src/config only.
export default defineConfig({
  schema: 'schema.prisma',
  migrations: { path: 'migrations' },
  // biome-ignore lint/style/noProcessEnv: a tool's configuration, not the program's
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
