// Tells through the browser that a job has ended, when its user wants that and looks elsewhere.

import { jobs, onEvent } from "./live";
import { go } from "./router";
import { stored } from "./store";

/** Whether it is wanted, in this browser. */
export const notices = stored("notices", false);

/** Browsers give notifications to safe origins alone. */
export function possible(): boolean {
  return "Notification" in window && isSecureContext;
}

/** Asks the browser's user, if nobody has yet; true when it is allowed. */
export async function permit(): Promise<boolean> {
  if (!possible()) return false;
  return Notification.permission === "granted" || (Notification.permission === "default" && (await Notification.requestPermission()) === "granted");
}

const words = new Map([["download_complete", "Downloaded"], ["download_failed", "Download failed"]]);

/** Listens. Called once. */
export function startNotices(): void {
  onEvent(({ event, jobId }) => {
    const title = words.get(event);
    if (!title || !notices.value || !document.hidden || !possible() || Notification.permission !== "granted") return;
    try {
      const n = new Notification(title, { body: jobs.value.get(jobId)?.repo ?? "", icon: "/icon.svg", tag: `${event}-${jobId}` });
      n.onclick = () => {
        window.focus();
        go(`/jobs/${jobId}`);
        n.close();
      };
    } catch {
      // Some phones allow them to service workers alone.
    }
  });
}
