"""Debian's Chromium, driven by its own driver, and what it makes of a page.

It has a profile of its own, calls nobody but this machine, and ends with the test.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from selenium import webdriver
from selenium.common.exceptions import SessionNotCreatedException, WebDriverException
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from sandbox.patience import PATIENCE_SECONDS, until

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "provisioning"))
from packages import modules  # noqa: E402

WIDE, NARROW = (1280, 900), (360, 740)  # the latter is a small phone's
LAUNCHES = 3

# --no-sandbox, since tests run as root too; the rest keeps it from calling home.
SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    "--lang=en",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=AutofillServerCommunication,MediaRouter,OptimizationHints,"
    "Translate,InterestFeedContentSuggestions",
    "--metrics-recording-only",
    "--safebrowsing-disable-auto-update",
    # Every name but this machine's own leads nowhere.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def _options(profile, scripts):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for switch in [*SWITCHES, f"--user-data-dir={profile}"]:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        preferences = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", preferences)
    return options


class Browser:
    """A browser with an empty profile in a folder. `scripts`: whether pages may run
    theirs; `dark`: what the person likes. Without `refreshes`, pages think that they
    are hidden, and do not refresh themselves under the hands of a test."""

    def __init__(self, folder, *, size=WIDE, dark=False, scripts=True, refreshes=False):
        # Of sockets it makes there, no path may be long.
        self._short = TemporaryDirectory(prefix="dyndns53-")
        self.driver = self._launch(folder, scripts)
        self.driver.set_page_load_timeout(PATIENCE_SECONDS)
        self.driver.set_script_timeout(PATIENCE_SECONDS)
        self.resize(size)
        if not refreshes:
            hidden = "Object.defineProperty(Document.prototype, 'hidden', {get: () => true});"
            command = "Page.addScriptToEvaluateOnNewDocument"
            self.driver.execute_cdp_cmd(command, {"source": hidden})
        if dark:
            self._emulate(features=[{"name": "prefers-color-scheme", "value": "dark"}])

    def _launch(self, folder, scripts):
        """The driver gives Chromium a minute to come up, and it now and then does not:
        then it is killed, and another one is tried, with another profile."""
        home = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "TMPDIR": self._short.name}
        for attempt in range(LAUNCHES):
            driver = Driver("/usr/bin/chromedriver", env=home)
            profile = folder / f"profile{attempt}"
            try:
                return webdriver.Chrome(service=driver, options=_options(profile, scripts))
            except SessionNotCreatedException:
                if attempt == LAUNCHES - 1:
                    raise

    def close(self):
        self.driver.quit()
        self._short.cleanup()

    def _emulate(self, **what):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", what)

    def resize(self, size):
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    # --- going somewhere

    def open(self, service, path, login=None, password=None):
        """As a person who types the address, and signs in where that is asked for."""
        host, port = service.address
        signed = "" if login is None else f"{quote(login, '')}:{quote(password, '')}@"
        self.driver.get(f"http://{signed}{host}:{port}{path}")

    def click(self, css):
        """Clicks what leads to another page, and waits for that."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.one(css).click()
        self.wait_for_next(before)

    def wait_for_next(self, before):
        def is_next():
            try:
                now = self.driver.find_elements(By.TAG_NAME, "html")
                state = self.driver.execute_script("return document.readyState")
            except WebDriverException:  # the one is gone, and the other not there yet
                return False
            return now and now[0].id != before.id and state == "complete"

        until(is_next, "the next page")

    def press(self, *keys):
        """On the keyboard, whatever has the focus."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def press_enter(self):
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.press(Keys.ENTER)
        self.wait_for_next(before)

    # --- looking

    def one(self, css):
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def texts(self, css) -> list[str]:
        """At one moment: a page may replace its parts by itself."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])]"
            ".map(each => each.innerText.trim());",
            css,
        )

    @property
    def text(self) -> str:
        return self.one("body").text

    @property
    def path(self) -> str:
        return self.driver.execute_script("return location.pathname + location.search")

    def focused(self):
        return self.driver.switch_to.active_element

    def is_too_wide(self) -> bool:
        """Whether one would have to scroll sideways."""
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth > window.innerWidth"
        )

    def complaints(self) -> list[str]:
        """What the browser's console says since this was last asked: policies that
        were broken, scripts that failed."""
        return [each["message"] for each in self.driver.get_log("browser")]

    def violations(self) -> list[str]:
        """What axe-core finds: each rule that is broken, and where."""
        if not self.driver.execute_script("return typeof axe === 'object'"):
            axe = (modules(HERE / "axe") / "axe-core/axe.min.js").read_text()
            self.driver.execute_script(axe)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document).then(found => done(found.violations));"
        )
        return [
            f"{each['id']}: {node['target']}: {node['failureSummary']}"
            for each in found
            for node in each["nodes"]
        ]

    def picture(self, path, height):
        """A screenshot, from the top."""
        width = self.driver.execute_script("return window.innerWidth")
        self.resize((width, height))
        self.driver.save_screenshot(str(path))
