// Fetches the page again and again, and shows what has changed in the parts that
// are marked data-live. The page is whole without it.
"use strict";

(() => {
  const box = document.getElementById("live");
  if (box === null) return;
  const seconds = () => Number(box.dataset.seconds);
  const button = document.createElement("button");
  const said = document.createElement("span");
  let timer = null;
  let is_on = true;

  // Whoever reads or types there is not to be disturbed.
  const in_use = (part) => {
    const selection = document.getSelection();
    return (
      part.contains(document.activeElement) ||
      (selection !== null &&
        !selection.isCollapsed &&
        part.contains(selection.anchorNode))
    );
  };

  // Whether something that is in use, and so stays, is no longer so.
  const show = (fresh) => {
    let is_kept = false;
    for (const part of document.querySelectorAll("[data-live]")) {
      const other = fresh.getElementById(part.id);
      if (other === null || part.innerHTML === other.innerHTML) continue;
      if (in_use(part)) {
        is_kept = true;
        continue;
      }
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      part.replaceChildren(...document.importNode(other, true).childNodes);
      part.querySelectorAll("details").forEach((one, i) => {
        one.open = open[i] === true;
      });
    }
    return is_kept;
  };

  // To ask again would be to guess again.
  const refusals = {
    401: "The server does not know you any more: load the page to sign in again.",
    403: "The server refuses the page: load it to sign in again.",
    429: "Too many wrong passwords came from your address: sign in again later.",
  };

  const stop = (words) => {
    is_on = false;
    label();
    said.textContent = words;
  };

  const refresh = async () => {
    try {
      // A page whose address had a password in it may fetch none like that.
      const address = new URL(location.href);
      address.username = address.password = "";
      const reply = await fetch(address, {
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(30000),
      });
      if (reply.status in refusals) {
        stop(refusals[reply.status]);
        return;
      }
      if (!reply.ok) throw new Error(`status ${reply.status}`);
      const text = await reply.text();
      const is_kept = show(new DOMParser().parseFromString(text, "text/html"));
      const time = new Date().toLocaleTimeString();
      said.textContent = is_kept
        ? `As of ${time}, but for what is being read, which stays as it is.`
        : `As of ${time}.`;
    } catch {
      said.textContent = "The server does not answer; what stands here is old.";
    }
    schedule();
  };

  const schedule = () => {
    clearTimeout(timer);
    if (is_on && !document.hidden) timer = setTimeout(refresh, seconds() * 1000);
  };

  const label = () => {
    button.textContent = is_on ? "Stop refreshing" : "Refresh by itself";
    said.textContent = is_on
      ? `The page refreshes itself every ${seconds()} seconds.`
      : "The page stays as it is.";
  };

  button.type = "button";
  button.id = "live-button";
  said.id = "live-said";
  button.addEventListener("click", () => {
    is_on = !is_on;
    label();
    schedule();
  });
  document.addEventListener("visibilitychange", schedule);
  label();
  box.replaceChildren(button, " ", said);
  schedule();
})();
