// Saves each answer as it is given; without this script the button does.
(function () {
  var form = document.querySelector("form"), state = form.querySelector("[role=status]");
  var address = form.getAttribute("action"), turn = Promise.resolve(), unsaved = null, waiting = 0, sending = false;
  var fresh = form.dataset.fresh ? form.dataset.fresh.split(" ") : [];
  if (!window.fetch || !window.URLSearchParams) return;

  function body(control) {
    var fields = new URLSearchParams([[control.name, control.value]]);
    form.querySelectorAll("[type=hidden]").forEach(function (one) { fields.set(one.name, one.value); });
    return fields;
  }
  function post(control) {
    return fetch(address, {method: "POST", body: body(control), headers: {Accept: "application/json"}, keepalive: true});
  }
  // What was given here outlives what was tapped in the mail: a reload reads it from the server, not from the address.
  function forgetTap() {
    var query = new URLSearchParams(location.search);
    form.querySelectorAll("[name]").forEach(function (control) { if (control.type !== "hidden") query.delete(control.name); });
    history.replaceState(null, "", address + (query.toString() ? "?" + query : ""));
  }
  function save(control) {
    state.textContent = form.dataset.saving;
    waiting += 1;
    turn = turn.then(function () { return post(control); }).then(function (answer) {
      return answer.json().then(function (said) {
        if (said.address && said.address !== address) {
          address = said.address;
          form.setAttribute("action", address);
        }
        if (answer.ok && unsaved === control) unsaved = null;
        if (answer.ok) forgetTap();
        state.textContent = answer.ok ? form.dataset.saved : said.sentence;
      });
    }).catch(function () { state.textContent = form.dataset.unsaved; }).then(function () { waiting -= 1; });
  }
  function eachFresh(keep) {
    fresh.splice(0).forEach(function (name) {
      var choice = form.querySelector('input[name="' + name + '"]:checked');
      if (choice) keep(choice);
    });
  }

  form.addEventListener("input", function (event) {
    if (event.target.type !== "radio" && hand.isHere()) unsaved = event.target;
  });
  form.addEventListener("change", function (event) {
    if (!hand.isHere()) return;
    fresh = fresh.filter(function (name) { return name !== event.target.name; });
    save(event.target);
  });
  form.addEventListener("submit", function (event) {
    // Whoever begins by a public link has an address of their own after the first answer; wait until it is known.
    // Where nothing is on its way the form goes as it is: a press of the button from within this event is ignored.
    if (sending) return;
    unsaved = null;
    fresh = [];
    if (!waiting) return;
    event.preventDefault();
    sending = true;
    turn.then(function () { form.querySelector("button").click(); });
  });
  addEventListener("pagehide", function () {
    if (!hand.isHere()) return;
    if (unsaved) post(unsaved);
    eachFresh(post);
  });
  // The first press may be one for another answer: what was tapped in the mail is saved once it has been heard.
  hand.whenHere(function () { setTimeout(eachFresh, 500, save); });
})();
