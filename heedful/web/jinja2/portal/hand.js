// Nothing is sent before a hand pressed, touched or typed: mail scanners open links, run scripts and press by themselves.
var hand = (function () {
  var form = document.querySelector("form"), field = document.createElement("input"), waiting = [];
  field.type = "hidden";
  field.name = "hand";
  form.appendChild(field);
  function press(event) {
    if (!event.isTrusted) return;
    field.value = "1";
    waiting.splice(0).forEach(function (begin) { begin(); });
  }
  ["pointerdown", "touchstart", "keydown", "click"].forEach(function (type) { addEventListener(type, press, true); });
  form.addEventListener("submit", function (event) {
    if (field.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  return {
    isHere: function () { return field.value !== ""; },
    whenHere: function (begin) { waiting.push(begin); }
  };
})();
