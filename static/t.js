/* Journey Tracker: logs page views, tracker.track(name, properties), tracker.identify(id, traits, signature),
 * tracker.page(), tracker.consent(true|false).  No cookies, no third party, no dependency.
 * <script async src="https://HOST/t.js" data-key="wk_…" [data-consent="required"]></script>
 * Calls before it has loaded: window.tracker = window.tracker || []; tracker.push(["track", "Name"]) */
(function (window, document, navigator) {
  "use strict";
  var script = document.currentScript;
  var key = script && script.getAttribute("data-key");
  if (!key || (window.tracker && window.tracker.version)) return;

  var YEAR = 390 * 864e5;
  var TRIES = 5;
  var store = "tracker:" + key;
  var address = new URL("b", script.src).href;
  var early = window.tracker;
  var isPrivate = navigator.globalPrivacyControl === true;
  var isAsked = script.getAttribute("data-consent") === "required";
  var consent = null;
  var waiting = [];
  var outbox = [];
  var isSending = false;
  var person = {};
  var lastUrl = null;
  var cameFrom = document.referrer;

  function random() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (b) {
      return (b + 256).toString(16).slice(1);
    }).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  function remembered() {
    try {
      return JSON.parse(window.localStorage.getItem(store)) || {};
    } catch (error) {
      return {};
    }
  }

  function remember(what) {
    try {
      if (what) window.localStorage.setItem(store, JSON.stringify(what));
      else window.localStorage.removeItem(store);
    } catch (error) {
      /* a browser that keeps nothing is a visitor without a name */
    }
  }

  function isKnowable() {
    return !isPrivate && (consent === true || (!isAsked && consent !== false));
  }

  /* The id lasts 390 days from its making and is not prolonged by visits. */
  function load() {
    if (!isKnowable()) return;
    var kept = remembered();
    if (!kept.id || !(Date.now() - kept.at < YEAR)) {
      kept = { id: random(), at: Date.now(), consent: consent };
      remember(kept);
    }
    person.anonymousId = kept.id;
    if (kept.user) person.userId = kept.user;
  }

  function context() {
    var about = {
      page: { url: window.location.href, referrer: cameFrom, title: document.title }
    };
    if (consent !== null) about.consent = consent;
    return about;
  }

  function log(type, more) {
    var message = { type: type, messageId: random(), context: context() };
    message.timestamp = new Date().toISOString();
    for (var name in more) message[name] = more[name];
    if (isAsked && consent === null) waiting.push(message);
    else send(message);
  }

  function send(message) {
    if (consent === false) return;
    if (isKnowable()) {
      if (person.anonymousId) message.anonymousId = person.anonymousId;
      if (person.userId) message.userId = person.userId;
    } else if (message.type === "identify") {
      return;
    }
    if (consent !== null) message.context.consent = consent;
    outbox.push(message);
    flush();
  }

  function body(messages) {
    return JSON.stringify({ writeKey: key, batch: messages, sentAt: new Date().toISOString() });
  }

  /* As text/plain, so that no browser asks first.  What failed is sent again with its ids. */
  function flush(attempt) {
    if (isSending || !outbox.length) return;
    isSending = true;
    var batch = outbox.slice(0, 20);
    var text = body(batch);
    while (text.length > 6e4 && batch.length > 1) {
      batch = batch.slice(0, batch.length >> 1);
      text = body(batch);
    }
    attempt = attempt || 0;
    window.fetch(address, {
      method: "POST",
      body: text,
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      keepalive: text.length < 6e4,
      mode: "cors"
    }).then(function (answer) {
      var isDone = answer.status < 500 && answer.status !== 429 && answer.status !== 408;
      /* An answer that nobody reads keeps its connection. */
      return answer.text().then(function () { return isDone; });
    }).catch(function () {
      return false;
    }).then(function (isDone) {
      isSending = false;
      if (isDone || attempt >= TRIES) {
        outbox.splice(0, batch.length);
        flush();
      } else {
        window.setTimeout(function () { flush(attempt + 1); }, 1000 * Math.pow(2, attempt));
      }
    });
  }

  /* Once more on the way out: the collector counts each id once. */
  function leave() {
    if (document.visibilityState === "hidden" && outbox.length && navigator.sendBeacon) {
      navigator.sendBeacon(address, body(outbox.slice(0, 50)));
    }
  }

  var api = {
    version: 1,
    page: function (properties) {
      var url = window.location.href;
      if (lastUrl && lastUrl !== url) cameFrom = lastUrl;
      lastUrl = url;
      log("page", { properties: properties || {} });
    },
    track: function (name, properties) {
      log("track", { event: String(name), properties: properties || {} });
    },
    identify: function (id, traits, signature) {
      if (id && typeof id === "object") {
        signature = traits;
        traits = id;
        id = null;
      }
      var more = { traits: traits || {} };
      if (typeof signature === "string") more.signature = signature;
      if (id) {
        person.userId = more.userId = String(id);
        if (isKnowable()) {
          var kept = remembered();
          kept.user = person.userId;
          remember(kept);
        }
      }
      log("identify", more);
    },
    consent: function (isGiven) {
      consent = isGiven === true;
      if (!consent) {
        remember(null);
        person = {};
        waiting = [];
        outbox = [];
        return;
      }
      load();
      var kept = remembered();
      if (kept.id) {
        kept.consent = true;
        if (person.userId) kept.user = person.userId;
        remember(kept);
      }
      waiting.splice(0).forEach(send);
    },
    push: function (call) {
      var verb = api[call[0]];
      if (typeof verb === "function") verb.apply(api, Array.prototype.slice.call(call, 1));
    }
  };

  function moved() {
    if (lastUrl !== window.location.href) window.setTimeout(api.page, 0);
  }

  ["pushState", "replaceState"].forEach(function (verb) {
    var before = window.history[verb];
    window.history[verb] = function () {
      var result = before.apply(this, arguments);
      if (verb === "pushState") moved();
      return result;
    };
  });
  window.addEventListener("popstate", moved);
  document.addEventListener("visibilitychange", leave);

  if (!isPrivate && remembered().consent === true) consent = true;
  load();
  window.tracker = api;
  if (early && typeof early.forEach === "function") {
    early.forEach(function (call) { if (call[0] === "consent") api.push(call); });
  }
  api.page();
  if (early && typeof early.forEach === "function") {
    early.forEach(function (call) { if (call[0] !== "consent") api.push(call); });
  }
})(window, document, navigator);
