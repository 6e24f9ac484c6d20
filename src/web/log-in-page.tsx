import { createHash } from 'node:crypto';
import type { VNode } from 'preact';

/** Inside the page: the stylesheet of the other pages needs the token, too. */
const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1rem; background: light-dark(#f6f6f4, #17181a); color: light-dark(#1c1d1f, #ececea); }
main { max-width: 22rem; margin: 12vh auto 0; }
h1 { font-size: 1.25rem; margin: 0 0 1rem; }
label { display: block; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem; margin: .25rem 0 .75rem; font: inherit; border-radius: .3rem; }
input { border: 1px solid light-dark(#6b6b6b, #9a9a9a); background: Canvas; color: CanvasText; }
button { border: 0; background: light-dark(#1f4e8c, #a9c8f5); color: light-dark(#fff, #10141a); }
a { color: light-dark(#1f4e8c, #a9c8f5); }
:focus-visible { outline: 3px solid light-dark(#1f4e8c, #a9c8f5); outline-offset: 2px; }
.problem { color: light-dark(#a11717, #ffb1a8); }
`;

/** For the Content-Security-Policy. */
export const logInStyleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

interface LogInPageProps {
  /** A path of this site. */
  readonly back: string;
  readonly problem: string | null;
  /** There is a token to log in with. */
  readonly canLogIn: boolean;
  readonly mayBeLoggedIn: boolean;
}

export function LogInPage({ back, problem, canLogIn, mayBeLoggedIn }: LogInPageProps): VNode {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>Log in - askonce</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <main>
          <h1>askonce</h1>
          {mayBeLoggedIn ? (
            <p>
              Logged in already? <a href={back}>Go on</a>
            </p>
          ) : null}
          {problem === null ? null : (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
          {canLogIn ? (
            <form method="post" action="/login">
              <input type="hidden" name="next" value={back} />
              <label for="token">ADMIN_TOKEN</label>
              <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
              <button type="submit">Log in</button>
            </form>
          ) : null}
        </main>
      </body>
    </html>
  );
}
