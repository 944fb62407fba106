/* What the page gains by a script: answers in place, and copy buttons. Without it every form works as it stands. */

"use strict";

async function answerInPlace(form, button) {
  const place = document.getElementById(form.dataset.partial);
  const body = new FormData(form, button);
  button.disabled = true;
  place.textContent = "Asking Atlassian…";
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Partial": "1" } });
    place.innerHTML = isPage(answer) ? await answer.text() : "Something broke here. The log has the details.";
    enhance(place);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    place.textContent = "This server cannot be reached. Check your connection, and try again.";
  } finally {
    button.disabled = false;
    button.focus();
  }
}

function isPage(answer) {
  return (answer.headers.get("Content-Type") ?? "").startsWith("text/html");
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = "Copied";
  } catch {
    /* Not permitted, or no clipboard over plain http: what is selected can be copied by hand. */
    getSelection().selectAllChildren(source);
    button.textContent = "Selected: press Ctrl+C";
  }
}

for (const form of document.querySelectorAll("form[data-partial]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answerInPlace(form, event.submitter ?? form.querySelector("button"));
  });
}

/* What is in place: the page at first, and each answer that comes into it. */
function enhance(place) {
  for (const button of place.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const time of place.querySelectorAll("time[datetime]")) {
    addLocalTime(time);
  }
}

/* Moments are said in UTC; beside it in the reader's own zone, where that is another, with the day if that is too. */
function addLocalTime(time) {
  const moment = new Date(time.dateTime);
  if (moment.getTimezoneOffset() === 0) return;
  const clock = { hour: "2-digit", minute: "2-digit" };
  const sameDay = moment.getDate() === moment.getUTCDate();
  const text = sameDay ? moment.toLocaleTimeString([], clock) : moment.toLocaleString([], { day: "numeric", month: "short", ...clock });
  const local = document.createElement("span");
  local.className = "quiet";
  local.textContent = ` (${text} here)`;
  time.after(local);
}

enhance(document);
