import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { version } from '../../package-root.js';
import { assetUrl } from '../assets.js';

/** What the person in front of the page may do. */
export interface Viewer {
  /** Logged in: the forms work. */
  readonly mayAct: boolean;
  /** There is an ADMIN_TOKEN to log in with. */
  readonly canLogIn: boolean;
  /** For the hidden field `_csrf` of every form; `null` for who may not act. */
  readonly csrfToken: string | null;
}

/** What came of the form that led here. */
export interface Notice {
  readonly kind: 'done' | 'nothing-to-do';
  readonly text: string;
}

/** What holds on every page, and a person must not overlook. */
export interface Standing {
  readonly mode: 'dry-run' | 'live';
  /** Accounts that ask nobody although the mode is live. */
  readonly dryRunAccounts: readonly string[];
  readonly pausedAccounts: readonly string[];
  readonly openAlarms: number;
}

export const pageLinks = [
  { name: 'overview', path: '/', text: 'Overview' },
  { name: 'orders', path: '/orders', text: 'Orders' },
  { name: 'accounts', path: '/accounts', text: 'Accounts' },
  { name: 'queue', path: '/queue', text: 'Queue' },
  { name: 'alarms', path: '/alarms', text: 'Alarms' },
] as const;

export type PageName = (typeof pageLinks)[number]['name'];

export interface PageProps {
  readonly title: string;
  /** Where it belongs in the navigation; `null`: nowhere. */
  readonly current: PageName | null;
  /** Files of `src/web/assets` (or `chart.umd.min.js`) that this page needs besides `app.js`, in this order. */
  readonly scripts?: readonly string[];
}

export interface FrameProps extends PageProps {
  readonly viewer: Viewer;
  readonly notice: Notice | null;
  /** `null`: the ledger does not answer, so that nobody knows. */
  readonly standing: Standing | null;
  readonly children: ComponentChildren;
}

/** The whole document around a page. */
export function Frame({ title, current, scripts = [], viewer, notice, standing, children }: FrameProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} - askonce`}</title>
        <link rel="icon" href={assetUrl('icon.svg')} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl('app.css')} />
        {[...scripts, 'app.js'].map((script) => (
          <script key={script} src={assetUrl(script)} defer />
        ))}
      </head>
      <body>
        <a class="skip-link" href="#main">
          Skip to the page
        </a>
        <header class="site-header">
          <span class="site-name">askonce</span>
          <nav aria-label="Pages">
            <ul>
              {pageLinks.map(({ name, path, text }) => (
                <li key={name}>
                  <a href={path} {...(name === current ? { 'aria-current': 'page' } : {})}>
                    {text}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <Session viewer={viewer} />
        </header>
        <Banners standing={standing} />
        <main id="main" tabIndex={-1}>
          {notice === null ? null : (
            <p class={`notice notice-${notice.kind}`} role="status">
              {notice.text}
            </p>
          )}
          <h1>{title}</h1>
          {children}
        </main>
        <footer class="site-footer">
          <p>
            askonce {version}
            {standing === null ? null : `, ${standing.mode === 'live' ? 'live' : 'dry run'}`}
          </p>
        </footer>
      </body>
    </html>
  );
}

/** Answers a page with what every page shows. */
export async function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  props: PageProps,
  body: ComponentChildren,
): Promise<FastifyReply> {
  const { viewer, notice, standing } = await request.server.visit(request, reply);
  return sendDocument(
    reply,
    <Frame {...props} viewer={viewer} notice={notice} standing={standing}>
      {body}
    </Frame>,
  );
}

export function sendDocument(reply: FastifyReply, document: VNode): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(`<!doctype html>\n${renderToString(document)}`);
}

/** Everything of a page that hangs on who asks and when. */
export interface Visit {
  readonly viewer: Viewer;
  readonly notice: Notice | null;
  readonly standing: Standing | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** For the forms of a page; the same object as the frame's. */
    viewer: Viewer;
  }
  interface FastifyInstance {
    /** Takes the notice along, which is shown once, unless a page renews itself (`x-askonce-live`). */
    visit(request: FastifyRequest, reply: FastifyReply): Promise<Visit>;
  }
}

function Session({ viewer }: { readonly viewer: Viewer }): VNode | null {
  if (viewer.csrfToken !== null) {
    return (
      <form class="session" method="post" action="/logout">
        <input type="hidden" name="_csrf" value={viewer.csrfToken} />
        <button type="submit">Log out</button>
      </form>
    );
  }
  if (!viewer.canLogIn) return null;
  return (
    <p class="session">
      <a href="/login">Log in</a>
    </p>
  );
}

/** Absent when there is nothing to say. The pages renew it by its name. */
function Banners({ standing }: { readonly standing: Standing | null }): VNode | null {
  const banners = standing === null ? [unknownStanding] : standingBanners(standing);
  if (banners.length === 0) return null;
  return (
    <aside class="banners" aria-label="What holds now" data-live="banners">
      {banners}
    </aside>
  );
}

const unknownStanding = <p class="banner banner-alarm">The ledger does not answer: what is shown may be incomplete.</p>;

function standingBanners({ mode, dryRunAccounts, pausedAccounts, openAlarms }: Standing): VNode[] {
  const banners: VNode[] = [];
  if (mode === 'dry-run') {
    banners.push(<p class="banner banner-dry-run">Dry run: nobody is asked. SEND_MODE=live asks.</p>);
  } else if (dryRunAccounts.length > 0) {
    banners.push(<p class="banner banner-dry-run">Dry run: nobody is asked for {dryRunAccounts.join(', ')}.</p>);
  }
  if (pausedAccounts.length > 0) {
    banners.push(
      <p class="banner banner-paused">
        Paused: {pausedAccounts.join(', ')}. <a href="/accounts">Why, and resume</a>
      </p>,
    );
  }
  if (openAlarms > 0) {
    banners.push(
      <p class="banner banner-alarm">
        {openAlarms === 1 ? '1 alarm is open. ' : `${openAlarms} alarms are open. `}
        <a href="/alarms">See what is wrong</a>
      </p>,
    );
  }
  return banners;
}
