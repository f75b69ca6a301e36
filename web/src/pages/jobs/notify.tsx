import { notices, permit, possible } from "../../notify";
import { Switch } from "../../ui/field";
import { toast } from "../../ui/toast";

/** Asks for browser notifications, at a press only. */
export function Notify() {
  if (!possible()) return null;
  const change = async (on: boolean) => {
    if (on && !(await permit())) {
      toast("The browser does not allow notifications for this page: change that in its settings.", { kind: "warn" });
      on = false;
    }
    notices.value = on;
  };
  return <Switch label="Tell me when a download ends" hint="By a notification of the browser, while this page is in the background." checked={notices.value} onChange={(on) => void change(on)} testid="notify" />;
}
