// Saves each answer as it is given; without this script the button does.
(function () {
  var form = document.querySelector("form"), state = form.querySelector("[role=status]");
  var address = form.getAttribute("action"), turn = Promise.resolve(), unsaved = null, waiting = 0, sending = false;
  if (!window.fetch || !window.URLSearchParams) return;

  function body(control) {
    return new URLSearchParams([[control.name, control.value], ["lang", form.elements.lang.value]]);
  }
  function post(control) {
    return fetch(address, {method: "POST", body: body(control), headers: {Accept: "application/json"}, keepalive: true});
  }
  function save(control) {
    state.textContent = form.dataset.saving;
    waiting += 1;
    turn = turn.then(function () { return post(control); }).then(function (answer) {
      return answer.json().then(function (said) {
        if (said.address && said.address !== address) {
          address = said.address;
          form.setAttribute("action", address);
          history.replaceState(null, "", address);
        }
        if (answer.ok && unsaved === control) unsaved = null;
        state.textContent = answer.ok ? form.dataset.saved : said.sentence;
      });
    }).catch(function () { state.textContent = form.dataset.unsaved; }).then(function () { waiting -= 1; });
  }
  form.addEventListener("input", function (event) { if (event.target.type !== "radio") unsaved = event.target; });
  form.addEventListener("change", function (event) { save(event.target); });
  form.addEventListener("submit", function (event) {
    // Whoever begins by a public link has an address of their own after the first answer; wait until it is known.
    // Where nothing is on its way the form goes as it is: a press of the button from within this event is ignored.
    if (sending) return;
    unsaved = null;
    if (!waiting) return;
    event.preventDefault();
    sending = true;
    turn.then(function () { form.querySelector("button").click(); });
  });
  addEventListener("pagehide", function () {
    if (unsaved) post(unsaved);
  });
  if (form.dataset.fresh) {
    form.dataset.fresh.split(" ").forEach(function (name) {
      var chosen = form.querySelector('input[name="' + name + '"]:checked');
      if (chosen) save(chosen);
    });
  }
})();
