import type { WorkflowRun } from '../run/workflow-runs';
import { grid } from './grid';
import { html } from './markup';
import type { Markup } from './markup';

/** Runs of workflows, state by state. */
export function workflowsCard(workflows: readonly WorkflowRun[]): Markup | false {
  if (workflows.length === 0) return false;
  return html`${workflows.map(
    ({ name, date, status, seconds, states, published, messages, error, cause }) =>
      html`<div class="card">
        <h3>Workflow ${name}</h3>
        <p>
          <span class="state ${status === 'SUCCEEDED' ? 'passed' : 'failed'}">${status}</span> for ${date}, in
          ${seconds.toFixed(2)} s.
          ${published.length > 0 && html`Published ${published.map(lastParts).join(', ')}.`}
          ${messages.length > 0 && html`Told: ${messages.join('; ')}.`}
          ${error !== undefined && html`${error}: ${cause ?? ''}`}
        </p>
        ${grid(
          ['State', 'Seconds', 'Attempts that failed'],
          states.map((state) => [state.state, state.seconds.toFixed(3), state.errors.join(', ')]),
          [1],
        )}
      </div>`,
  )}`;
}

/** Zone and table of a URI. */
export function lastParts(uri: string): string {
  return uri.split('/').slice(-2).join('.');
}
