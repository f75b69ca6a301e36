// The frame around the pages: where one can go, whether the server can be reached,
// how much space is left, and the keys there are.

import { computed, effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { bytes } from "./format";
import { hotkeys, useHotkey } from "./keys";
import { active, connection, nextAttempt, reconnectNow, serverVersion } from "./live";
import Analyze from "./pages/analyze";
import Cache from "./pages/cache";
import Download from "./pages/download";
import Jobs from "./pages/jobs";
import Mirror from "./pages/mirror";
import Plugins from "./pages/plugins";
import Settings from "./pages/settings";
import { go, route } from "./router";
import { mainDisk, system } from "./system";
import { theme, type Theme } from "./theme";
import { Button, IconButton } from "./ui/button";
import { Dialog, Questions } from "./ui/dialog";
import { Icon, type IconName } from "./ui/icons";
import { Empty, Meter } from "./ui/show";
import { Toasts } from "./ui/toast";

interface PageOf {
  id: string; // its path
  name: string;
  icon: IconName;
  key: string;
  page: ComponentType;
  first?: boolean; // has a place of its own on a phone
}

const pages: PageOf[] = [
  { id: "", name: "Download", icon: "download", key: "d", page: Download, first: true },
  { id: "jobs", name: "Jobs", icon: "jobs", key: "j", page: Jobs, first: true },
  { id: "cache", name: "Cache", icon: "cache", key: "c", page: Cache, first: true },
  { id: "analyze", name: "Analyze", icon: "analyze", key: "a", page: Analyze, first: true },
  { id: "mirror", name: "Mirror", icon: "mirror", key: "m", page: Mirror },
  { id: "plugins", name: "Plugins", icon: "plugins", key: "p", page: Plugins },
  { id: "settings", name: "Settings", icon: "settings", key: "s", page: Settings },
];

const current = computed(() => pages.find((p) => p.id === route.value.page));
export const pageName = computed(() => current.value?.name ?? "Not found");

const sheet = signal(false);
const more = signal(false);

export function App() {
  const page = current.value;
  const main = useRef<HTMLElement>(null);
  const shown = useRef(route.value.path);
  useEffect(() => { // as when a page loads: a reader begins at its start
    if (shown.current === route.value.path) return;
    shown.current = route.value.path;
    if (!document.querySelector("dialog[open]")) main.current?.focus({ preventScroll: true });
  }, [route.value.path]);
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => (e.preventDefault(), main.current?.focus())}>Skip to content</a>
      <div class="frame">
        <Side />
        <div class="content">
          <Lost />
          <main id="main" tabIndex={-1} ref={main}>
            {page ? <page.page /> : <Missing />}
          </main>
        </div>
      </div>
      <Bottom />
      <Keys />
      <Questions />
      <Toasts />
    </>
  );
}

function Missing() {
  return (
    <>
      <h1 class="away">Not found</h1>
      <Empty icon="search" title="There is nothing at this address" action={<a class="button primary" href="/">Go to Download</a>} />
    </>
  );
}

function Entry({ of: p }: { of: PageOf }) {
  const n = p.id === "jobs" ? active.value.length : 0;
  return (
    <a href={`/${p.id}`} aria-current={current.value === p ? "page" : undefined} data-testid={`nav-${p.id || "download"}`}>
      <Icon name={p.icon} />
      <span>{p.name}</span>
      {n > 0 && <b class="nav-count" aria-label={`${n} running`}>{n}</b>}
    </a>
  );
}

function Side() {
  return (
    <header class="side">
      <a class="brand" href="/" aria-label="hfdownloader: start">
        <img src="/icon.svg" width="28" height="28" alt="" />
        <span>hfdownloader</span>
      </a>
      <nav aria-label="Pages">{pages.map((p) => <Entry key={p.id} of={p} />)}</nav>
      <div class="side-foot">
        <Space />
        <div class="row">
          <ThemeButton />
          <IconButton icon="help" label="Keys (?)" onClick={() => (sheet.value = true)} data-testid="help" />
          <span class="version">{serverVersion.value}</span>
        </div>
      </div>
    </header>
  );
}

function Bottom() {
  const rest = pages.filter((p) => !p.first);
  return (
    <>
      <nav class="bottom" aria-label="Main pages">
        {pages.filter((p) => p.first).map((p) => <Entry key={p.id} of={p} />)}
        <button type="button" aria-haspopup="dialog" onClick={() => (more.value = true)}><Icon name="menu" /><span>More</span></button>
      </nav>
      <Dialog open={more.value} title="More" onClose={() => (more.value = false)}>
        <nav class="more" aria-label="More pages" onClick={() => (more.value = false)}>{rest.map((p) => <Entry key={p.id} of={p} />)}</nav>
        <Space />
        <div class="row"><ThemeButton /></div>
      </Dialog>
    </>
  );
}

/** What is free where downloads go. */
function Space() {
  const disk = mainDisk(system.value);
  if (!disk) return null;
  const text = `${bytes(disk.free)} free of ${bytes(disk.total)}`;
  return (
    <div class="space" title={disk.path} data-testid="free-space">
      <Meter value={disk.total - disk.free} max={disk.total} label="Disk in use" text={text} />
      <span><Icon name="disk" size={16} />{text}</span>
    </div>
  );
}

const themes: Record<Theme, { icon: IconName; label: string; next: Theme }> = {
  system: { icon: "auto", label: "Colours: as the system. Change to light", next: "light" },
  light: { icon: "sun", label: "Colours: light. Change to dark", next: "dark" },
  dark: { icon: "moon", label: "Colours: dark. Change to the system's", next: "system" },
};

function ThemeButton() {
  const t = themes[theme.value];
  return <IconButton icon={t.icon} label={t.label} onClick={() => (theme.value = t.next)} data-testid="theme" />;
}

/** Says that the server cannot be reached, and when it is tried again. */
function Lost() {
  const lost = connection.value === "lost";
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [lost]);
  const seconds = Math.max(0, Math.ceil((nextAttempt.value - now) / 1000));
  return (
    <div role="status" aria-live="polite">
      {lost && (
        <div class="lost" data-testid="lost">
          <Icon name="offline" />
          <span><strong>Connection lost.</strong> Downloads go on at the server if it runs; this page shows what it last heard.</span>
          <span aria-hidden="true">{nextAttempt.value ? `Trying again in ${seconds} s` : "Trying…"}</span>
          <Button onClick={() => reconnectNow()}>Try now</Button>
        </div>
      )}
    </div>
  );
}

/** The "?" sheet. */
function Keys() {
  const open = useCallback(() => (sheet.value = true), []);
  useHotkey("?", "Show this sheet", open, "Everywhere");
  return (
    <>
      {pages.map((p) => <GoKey key={p.id} of={p} />)}
      <Dialog open={sheet.value} title="Keys" onClose={() => (sheet.value = false)} testid="keys">
        {[...new Set(hotkeys.value.map((k) => k.group))].map((group) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl class="keys">
              {hotkeys.value.filter((k) => k.group === group).map((k) => (
                <div key={k.keys}><dt>{k.keys.split(" ").map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{k.label}</dd></div>
              ))}
            </dl>
          </section>
        ))}
      </Dialog>
    </>
  );
}

function GoKey({ of: p }: { of: PageOf }) {
  const run = useCallback(() => go(`/${p.id}`), [p.id]);
  useHotkey(`g ${p.key}`, `Go to ${p.name}`, run, "Everywhere");
  return null;
}

/** Closes what lies over the page when one goes elsewhere. */
export function startShell(): void {
  effect(() => {
    route.value;
    sheet.value = false;
    more.value = false;
  });
}
