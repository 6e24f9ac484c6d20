import type { ComponentChildren, VNode } from 'preact';
import type { Viewer } from './frame.js';

interface AccountFormProps {
  readonly viewer: Viewer;
  /** The account; empty: all of them. */
  readonly account: string;
}

/** Asks nobody for this account until it is resumed. */
export function PauseForm({ viewer, account }: AccountFormProps): VNode {
  const whom = account === '' ? 'all accounts' : account;
  const id = `pause-${account || 'all'}`;
  return (
    <ActionForm viewer={viewer} action="/actions/pause" label={`Pause ${whom}`} id={id}>
      <input type="hidden" name="account" value={account} />
      <Reason id={id} name="reason" />
      <Person id={id} />
      <button type="submit">Pause {whom}</button>
    </ActionForm>
  );
}

/** Lifts the pause of this account. */
export function ResumeForm({ viewer, account }: AccountFormProps): VNode {
  const whom = account === '' ? 'all accounts' : account;
  const id = `resume-${account || 'all'}`;
  return (
    <ActionForm viewer={viewer} action="/actions/resume" label={`Resume ${whom}`} id={id}>
      <input type="hidden" name="account" value={account} />
      <Reason id={id} name="reason" />
      <Person id={id} />
      <button type="submit">Resume {whom}</button>
    </ActionForm>
  );
}

interface NeverFormProps {
  readonly viewer: Viewer;
  /** The order; left out, the person names it. */
  readonly orderId?: string;
}

/** Never asks for this order. It cannot be taken back. */
export function NeverForm({ viewer, orderId }: NeverFormProps): VNode {
  const id = `never-${orderId ?? 'any'}`;
  const label = orderId === undefined ? 'Never ask for an order' : `Never ask for ${orderId}`;
  return (
    <ActionForm viewer={viewer} action="/actions/never" label={label} id={id}>
      {orderId === undefined ? (
        <p class="field">
          <label for={`${id}-order`}>Order id</label>
          <input id={`${id}-order`} name="order" required maxLength={40} autocomplete="off" spellcheck={false} />
        </p>
      ) : (
        <input type="hidden" name="order" value={orderId} />
      )}
      <Reason id={id} name="because" />
      <Person id={id} />
      <button type="submit" class="for-good" aria-describedby={`${id}-for-good`}>
        Never ask
      </button>
      <p class="hint" id={`${id}-for-good`}>
        This cannot be taken back.
      </p>
    </ActionForm>
  );
}

interface ActionFormProps {
  readonly viewer: Viewer;
  readonly action: string;
  readonly label: string;
  readonly id: string;
  readonly children: ComponentChildren;
}

/** For who may not act, the same form, switched off, with what it takes. */
function ActionForm({ viewer, action, label, id, children }: ActionFormProps): VNode {
  return (
    <form class="action" method="post" action={action} aria-label={label}>
      {viewer.csrfToken === null ? null : <input type="hidden" name="_csrf" value={viewer.csrfToken} />}
      <fieldset disabled={!viewer.mayAct} {...(viewer.mayAct ? {} : { 'aria-describedby': `${id}-closed` })}>
        <legend>{label}</legend>
        {children}
      </fieldset>
      {viewer.mayAct ? null : (
        <p class="hint" id={`${id}-closed`}>
          {viewer.canLogIn ? (
            <>
              <a href="/login">Log in</a> to do this.
            </>
          ) : (
            'To do this here, set ADMIN_TOKEN; or use the command line.'
          )}
        </p>
      )}
    </form>
  );
}

function Reason({ id, name }: { readonly id: string; readonly name: string }): VNode {
  return (
    <p class="field">
      <label for={`${id}-reason`}>Reason</label>
      <input id={`${id}-reason`} name={name} required maxLength={200} autocomplete="off" />
    </p>
  );
}

function Person({ id }: { readonly id: string }): VNode {
  return (
    <p class="field">
      <label for={`${id}-by`}>Your name (optional)</label>
      <input id={`${id}-by`} name="by" maxLength={80} autocomplete="name" />
    </p>
  );
}
