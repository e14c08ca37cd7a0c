"use strict";
(() => {
  const one = (id) => document.getElementById(id);
  const PAUSE = 150;
  const MARGIN = 12;

  function made(tag, content, className) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...[content].flat().filter((part) => part !== null && part !== ""));
    return element;
  }

  function pair(name, value, className) {
    return made("div", [made("dt", name), made("dd", value)], className);
  }

  function rowOf(row, layouts) {
    const [layout, number, ...cells] = row;
    const { columns, fault } = layouts[layout];
    const shown = columns.map(([letter, name], at) => {
      const value = cells[at] === null ? made("i", "blank") : cells[at];
      const title = [letter + " ", made("span", name)];
      return at === fault ? pair(title, [value, made("b", "look here")], "here") : pair(title, value);
    });
    return made("div", [made("p", "Row " + number), made("dl", shown)], "row");
  }

  function toExplain([key, hash, explained, given]) {
    const state = pair("State", explained ? "explained" : "not explained yet");
    const parts = [pair("Record key", made("code", key)), pair("Values hash", made("code", hash)), state];
    return made("dl", given ? [...parts, pair("Explanation", given, "given")] : parts, "explain");
  }

  // The same as the page's template makes of a finding; a test compares the two.
  function drawn(data, layouts) {
    const [number, table, message, lead, where, value, expected, explain, row] = data;
    const item = made("li", [], "fault");
    item.id = "f" + number;
    item.tabIndex = -1;
    item.dataset.table = table || "";
    item.append(made("p", [lead ? made("b", message.slice(0, lead)) : null, message.slice(lead)], "says"));
    if (where.length) item.append(made("p", where.map((words) => made("span", words)), "where"));
    const values = [value === null ? null : pair("Found", value), expected === null ? null : pair("Expected", expected)];
    if (value !== null || expected !== null) item.append(made("dl", values, "values"));
    if (row) item.append(rowOf(row, layouts));
    if (explain) item.append(toExplain(explain));
    return item;
  }

  // The findings of one rule: the first stand in the page, the others in its data, read when they are asked for.
  class Group {
    constructor(element) {
      this.element = element;
      this.part = element.closest(".part").dataset.part;
      this.title = element.querySelector("h3").textContent.toLowerCase();
      this.list = element.querySelector(".faults");
      this.first = [...this.list.children];
      this.pages = element.querySelector(".pages");
      this.size = this.pages ? Number(this.pages.dataset.size) : this.first.length;
      this.data = null;
      this.page = 0;
      this.matching = null;
      if (this.pages) this.addButtons();
    }

    get rest() {
      const source = one("rest-" + this.element.id);
      if (this.data === null) this.data = source ? JSON.parse(source.textContent) : { layouts: [], rows: [] };
      return this.data;
    }

    get count() {
      return this.matching === null ? this.total : this.matching.length;
    }

    get total() {
      return this.first.length + this.rest.rows.length;
    }

    at(place) {
      return this.matching === null ? place : this.matching[place];
    }

    element_of(index) {
      const own = this.first[index];
      return own || drawn(this.rest.rows[index - this.first.length], this.rest.layouts);
    }

    holds(index, table, words) {
      const own = this.first[index];
      const row = own ? null : this.rest.rows[index - this.first.length];
      if (table && (own ? own.dataset.table : row[1]) !== table) return false;
      return (own ? own.textContent : row.slice(2).join(" ")).toLowerCase().includes(words);
    }

    filter(part, table, words) {
      const all = Array.from({ length: part && part !== this.part ? 0 : this.total }, (_, index) => index);
      const sought = words && !this.title.includes(words) ? words : "";
      this.matching = all.filter((index) => this.holds(index, table, sought));
      this.show(0);
      this.element.hidden = !this.matching.length;
    }

    unfilter() {
      this.matching = null;
      this.element.hidden = false;
      this.show(0);
    }

    show(page) {
      this.page = page;
      const from = page * this.size;
      const to = Math.min(from + this.size, this.count);
      this.list.replaceChildren(...Array.from({ length: to - from }, (_, place) => this.element_of(this.at(from + place))));
      if (this.pages) this.say(from, to);
    }

    say(from, to) {
      const [said, , first, before, after, last] = this.pages.children;
      const number = (count) => count.toLocaleString("en-GB");
      said.textContent = `Findings ${number(from + 1)} to ${number(to)} of ${number(this.count)} listed.`;
      first.disabled = before.disabled = from === 0;
      after.disabled = last.disabled = to === this.count;
    }

    addButtons() {
      const end = () => Math.max(0, Math.ceil(this.count / this.size) - 1);
      const pages = [["First page", () => 0], ["Page before", () => this.page - 1], ["Next page", () => this.page + 1], ["Last page", end]];
      for (const [name, page] of pages) {
        const button = made("button", name);
        button.type = "button";
        button.addEventListener("click", () => this.turn(page()));
        this.pages.append(button);
      }
      this.pages.children[2].disabled = this.pages.children[3].disabled = true;
    }

    turn(page) {
      this.show(page);
      this.element.scrollIntoView();
      this.list.firstElementChild.focus({ preventScroll: true });
    }

    reveal(place) {
      const page = Math.floor(place / this.size);
      if (page !== this.page) this.show(page);
      return this.list.children[place - page * this.size];
    }
  }

  const groups = [...document.querySelectorAll(".group")].map((element) => new Group(element));
  const known = () => groups.reduce((sum, group) => sum + group.count, 0);
  const [what, table, words] = ["what", "table", "words"].map(one);
  let current = -1;

  function say(text) {
    one("where").textContent = text;
  }

  function filtered() {
    const asked = [what.value, table ? table.value : "", words.value.trim().toLowerCase()];
    current = -1;
    groups.forEach((group) => (asked.some(Boolean) ? group.filter(...asked) : group.unfilter()));
    document.querySelectorAll(".part").forEach((part) => (part.hidden = !part.querySelector(".group:not([hidden])")));
    const [shown, total] = [known(), groups.reduce((sum, group) => sum + group.total, 0)];
    const hidden = (total - shown).toLocaleString("en-GB");
    say(shown === total ? counted(total) : `${counted(shown)} shown, ${hidden} hidden by the filter`);
  }

  function counted(count) {
    return count === 1 ? "1 finding" : `${count.toLocaleString("en-GB")} findings`;
  }

  function step(by) {
    const count = known();
    if (!count) return;
    one("filter").open = false;
    current = current < 0 ? (by > 0 ? 0 : count - 1) : (current + by + count) % count;
    let place = current;
    const group = groups.find((each) => place < each.count || ((place -= each.count), false));
    const fault = group.reveal(place);
    fault.scrollIntoView({ block: "start" });
    fault.focus({ preventScroll: true });
    const number = (each) => each.toLocaleString("en-GB");
    say(`Finding ${number(current + 1)} of ${number(count)}`);
  }

  function pressed(event) {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea");
    if (!one("keys").checked || typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const by = { n: 1, p: -1 }[event.key];
    if (by) step(by);
  }

  let waiting = 0;
  words.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filtered, PAUSE);
  });
  [what, table].filter(Boolean).forEach((choice) => choice.addEventListener("change", filtered));
  one("clear").addEventListener("click", () => {
    [what, table, words].filter(Boolean).forEach((choice) => (choice.value = ""));
    filtered();
  });
  one("next").addEventListener("click", () => step(1));
  one("previous").addEventListener("click", () => step(-1));
  document.addEventListener("keydown", pressed);
  const tools = one("tools");
  tools.hidden = false;
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingTop = `${tools.offsetHeight + MARGIN}px`; // nothing gone to lies under it
  }).observe(tools);
})();
