/* The search of the site. It reads one script with all pages, so that it also works from the file system; nothing is
   sent anywhere. A word of the query is found at the beginning of words, without accents and endings; Chinese, which
   has no spaces, by pairs of characters. */
(function () {
  "use strict";

  const SHOWN = 30;
  const EXCERPT = 220;
  // How much a word counts by where it stands: code, title, further words, text.
  const WEIGHTS = [40, 14, 12, 1];
  // What is far behind the best is left out.
  const WORTH = 0.2;
  const STOP = new Set((
    "a an the of in on with for and or to is are what do how i " +
    "le la les l un une des de du d et ou a au aux en dans avec pour que quoi faire qu est ce " +
    "der die das ein eine einer eines von vom im in mit fur und oder zu was tun ist " +
    "il lo la i gli le un una di del della dello dei con per e o che cosa fare " +
    "yang dan atau dari di ke untuk dengan apa yg pada"
  ).split(" "));
  const NAMES = {en: "English", fr: "Français", de: "Deutsch", it: "Italiano", ko: "한국어",
    "zh-Hant": "繁體中文", id: "Bahasa Indonesia", ms: "Bahasa Melayu"};
  const HAN = /[\u3400-\u9fff]/;

  function folded(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase()
      .replace(/ß/g, "ss").replace(/œ/g, "oe").replace(/æ/g, "ae");
  }

  function words(text) {
    const found = [];
    for (const word of folded(text).match(/[\p{L}\p{N}]+/gu) || []) {
      if (!HAN.test(word)) { found.push(word); continue; }
      if (word.length === 1) { found.push(word); continue; }
      for (let i = 0; i + 1 < word.length; i++) { found.push(word.slice(i, i + 2)); }
    }
    return found;
  }

  function asked(query) {
    const all = words(query);
    const kept = all.filter((word) => !STOP.has(word));
    return kept.length ? kept : all;
  }

  // The same word with another ending: a common beginning, and little behind it on either side.
  function alike(asked, word) {
    if (word === asked) { return 1; }
    const short = Math.min(asked.length, word.length);
    if (HAN.test(asked) || short < 3) { return 0; }
    let same = 0;
    while (same < short && asked[same] === word[same]) { same++; }
    if (same === asked.length) { return same >= 4 || word.length - same <= 2 ? 0.8 : 0.3; }
    const hangul = /[\uac00-\ud7af]/.test(asked);
    const rest = Math.max(asked.length, word.length) - same;
    if (hangul) { return same >= 2 && asked.length - same <= 2 ? 0.7 : 0; }
    return same >= 5 && rest <= 3 ? 0.6 : (same >= 4 && rest <= 2 ? 0.5 : 0);
  }

  let prepared = null;

  function pages() {
    prepared = prepared || window.harmtaxPages.map((row) => {
      const [address, title, language, kind, code, further, text] = row;
      const parts = [code, title, further, text].map((each) => Array.from(new Set(words(each))));
      return {address, title, language, kind, code: folded(code), text, parts};
    });
    return prepared;
  }

  function best(word, page) {
    let found = 0;
    page.parts.forEach((part, place) => {
      let nearest = 0;
      for (const each of part) {
        if (each[0] === word[0]) { nearest = Math.max(nearest, alike(word, each)); }
        if (nearest === 1) { break; }
      }
      found += WEIGHTS[place] * nearest;
    });
    return found;
  }

  function search(query, language) {
    const wanted = asked(query);
    const plain = folded(query).trim();
    if (!wanted.length) { return []; }
    const rows = pages().filter((page) => !language || page.language === language)
      .map((page) => ({page, scores: wanted.map((word) => best(word, page))}));
    // A word that stands on many pages says little.
    const rare = wanted.map((word, place) => {
      const many = rows.filter((row) => row.scores[place] > 0).length;
      return Math.log(1 + rows.length / (1 + many));
    });
    for (const row of rows) {
      const met = row.scores.filter((score) => score > 0).length / wanted.length;
      row.score = row.scores.reduce((sum, score, place) => sum + Math.sqrt(score) * rare[place], 0) * met * met;
      if (row.page.kind === "category") { row.score *= 1.3; }
      if (row.page.code && row.page.code === plain) { row.score += 1000; }
      if (row.page.language === "en") { row.score *= 1.02; }
    }
    const most = Math.max(0, ...rows.map((row) => row.score));
    return rows.filter((row) => row.score > most * WORTH)
      .sort((one, other) => other.score - one.score || (one.page.address < other.page.address ? -1 : 1));
  }

  function element(name, text, attributes) {
    const made = document.createElement(name);
    if (text) { made.textContent = text; }
    Object.entries(attributes || {}).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  // The text around the first word that was found, with what was found marked.
  function excerpt(page, wanted) {
    const told = element("p", "", {lang: page.language});
    const hits = (word) => wanted.some((each) => words(word).some((one) => alike(each, one) > 0));
    const parts = page.text.split(/(\s+)/);
    const first = Math.max(0, parts.findIndex(hits) - 16);
    let length = 0;
    if (first > 0) { told.append("… "); }
    for (const part of parts.slice(first)) {
      if (length > EXCERPT) { told.append(" …"); break; }
      length += part.length;
      told.append(hits(part) ? element("mark", part) : part);
    }
    return told;
  }

  function show(target, query, language, root) {
    const wanted = asked(query);
    const rows = search(query, language);
    const list = element("ol", "", {class: "ht-found"});
    for (const {page} of rows.slice(0, SHOWN)) {
      const item = element("li");
      item.append(element("a", page.title, {href: root + page.address, lang: page.language, hreflang: page.language}));
      item.append(" ", element("small", `${NAMES[page.language]} · ${page.kind}`), excerpt(page, wanted));
      list.append(item);
    }
    const count = rows.length === 1 ? "1 page" : `${rows.length} pages`;
    const said = query.trim() ? (rows.length ? count : "Nothing was found. Try fewer or other words.") : "Type what you look for.";
    target.replaceChildren(chooser(query, language, target, root), element("p", said, {role: "status"}), list);
  }

  function chooser(query, language, target, root) {
    const made = element("div", "", {class: "ht-choice"});
    const select = element("select", "", {id: "ht-language"});
    select.append(element("option", "all", {value: ""}));
    Object.entries(NAMES).forEach(([code, name]) => {
      const option = element("option", name, {value: code, lang: code});
      option.selected = code === language;
      select.append(option);
    });
    select.addEventListener("change", () => show(target, query, select.value, root));
    made.append(element("label", "Language of the pages", {for: "ht-language"}), select);
    return made;
  }

  function load(address, then) {
    if (window.harmtaxPages) { then(); return; }
    const script = element("script", "", {src: address});
    script.addEventListener("load", then);
    document.head.append(script);
  }

  const box = document.querySelector(".ht-search__box");
  const target = document.getElementById("found");
  if (box && target) {
    const root = box.dataset.root.replace(/index\.html$/, "");
    const told = new URLSearchParams(location.search);
    let language = told.get("language") || "";
    box.value = told.get("q") || "";
    const run = () => {
      const select = document.getElementById("ht-language");
      show(target, box.value, select ? select.value : language, root);
    };
    load(box.dataset.index, run);
    let waiting = 0;
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(run, 120); });
    box.form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
    if (!box.value) { box.focus(); }
  }
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(document.activeElement.tagName);
    if (box && event.key === "/" && !typing) { event.preventDefault(); box.focus(); }
  });
})();
