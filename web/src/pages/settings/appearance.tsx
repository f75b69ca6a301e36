import { useState } from "preact/hooks";
import { theme, type Theme } from "../../theme";
import { Select, Switch } from "../../ui/field";
import { notices, permit, possible } from "../../notify";

const themes = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]] as const;

/** What this browser keeps for itself; it holds at once. */
export function Appearance() {
  const [refused, setRefused] = useState(false);
  const toggle = async (on: boolean) => setRefused(on && !(await permit()) ? true : (notices.value = on, false));
  return (
    <section class="card stack" aria-labelledby="set-look">
      <div>
        <h2 id="set-look">This browser</h2>
        <p class="muted">Kept in this browser alone, and in force at once.</p>
      </div>
      <div class="set-grid">
        <Select label="Colours" value={theme.value} options={themes} onChange={(v) => (theme.value = v as Theme)} testid="set-theme" />
        <Switch
          label="Tell me when a job ends"
          checked={notices.value && possible()}
          disabled={!possible()}
          onChange={toggle}
          hint={possible() ? "A notification of the browser, when this page is not in front." : "This browser gives notifications only to pages over https or on this machine."}
          testid="set-notify"
        />
      </div>
      <p role="status" class="field-error">{refused && "The browser refuses notifications for this page. Allow them beside the address, then try again."}</p>
    </section>
  );
}
