// The page is complete without this: it finds a place in the table and in the drawings, and lets the dots of very many
// places, which are one shape, answer to the pointer.
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg";
  var rows = Array.prototype.slice.call(document.querySelectorAll(".places tbody tr"));
  var plots = Array.prototype.slice.call(document.querySelectorAll(".plot > .places")).map(function (layer) {
    var points = {};
    layer.querySelectorAll("path[data-codes]").forEach(function (path) {
      var circles = path.getAttribute("d").match(/M[\d.]+ [\d.]+a[\d.]+/g) || [];
      path.getAttribute("data-codes").split(" ").forEach(function (code, n) {
        var parts = circles[n].slice(1).split(/[ a]/); // its leftmost point, and its radius
        points[code] = { x: +parts[0] + +parts[2], y: +parts[1] };
      });
    });
    layer.querySelectorAll("a").forEach(function (link) {
      var circle = link.querySelector("circle");
      var code = link.getAttribute("href").split("/").slice(-2)[0];
      points[code] = { x: +circle.getAttribute("cx"), y: +circle.getAttribute("cy") };
    });
    return { layer: layer, points: points, found: null };
  });

  function nameOf(code) {
    var row = document.getElementById("place-" + code);
    return row ? row.querySelector("th").textContent : "";
  }

  function show(plot, code) {
    if (plot.found) { plot.found.remove(); plot.found = null; }
    var point = plot.points[code];
    if (!point) { return; }
    var group = document.createElementNS(SVG, "g"), ring = document.createElementNS(SVG, "circle");
    var label = document.createElementNS(SVG, "text"), right = point.x < 480;
    ring.setAttribute("cx", point.x);
    ring.setAttribute("cy", point.y);
    ring.setAttribute("r", 9);
    label.setAttribute("x", point.x + (right ? 14 : -14));
    label.setAttribute("y", point.y + 5);
    if (!right) { label.setAttribute("class", "end"); }
    label.textContent = nameOf(code);
    group.setAttribute("class", "found");
    group.style.pointerEvents = "none";
    group.appendChild(ring);
    group.appendChild(label);
    plot.layer.appendChild(group);
    plot.found = group;
  }

  function showEverywhere(code) { plots.forEach(function (plot) { show(plot, code); }); }

  function chosen() { return (/^#place-(\d+)$/.exec(location.hash) || ["", ""])[1]; }

  window.addEventListener("hashchange", function () { showEverywhere(chosen()); });
  showEverywhere(chosen());

  plots.forEach(function (plot) {
    if (!plot.layer.querySelector("path[data-codes]")) { return; }
    var near = "";
    plot.layer.addEventListener("pointermove", function (event) {
      var box = plot.layer.getBoundingClientRect(), scale = plot.layer.viewBox.baseVal.width / box.width;
      var x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale, least = 144;
      var now = "";
      Object.keys(plot.points).forEach(function (code) {
        var dx = plot.points[code].x - x, dy = plot.points[code].y - y, d = dx * dx + dy * dy;
        if (d < least) { least = d; now = code; }
      });
      if (now !== near) { near = now; show(plot, near || chosen()); }
      plot.layer.classList.toggle("pointed", Boolean(near));
    });
    plot.layer.addEventListener("pointerleave", function () { near = ""; show(plot, chosen()); });
    plot.layer.addEventListener("click", function (event) {
      var row = near && document.getElementById("place-" + near);
      if (row && !(event.target.closest && event.target.closest("a"))) { location.href = row.querySelector("a").href; }
    });
  });

  var form = document.querySelector(".find");
  if (!form || !rows.length) { return; }
  var input = form.querySelector("input"), output = form.querySelector("output"), texts = null;
  form.hidden = false;

  function matching() {
    var words = input.value.trim().toLowerCase();
    texts = texts || rows.map(function (row) {
      return (row.cells[0].textContent + " " + row.cells[1].textContent).toLowerCase();
    });
    return rows.filter(function (row, n) {
      row.hidden = Boolean(words) && texts[n].indexOf(words) < 0;
      return words && !row.hidden;
    });
  }

  input.addEventListener("input", function () {
    var found = matching();
    if (!input.value.trim()) { output.textContent = ""; }
    else { output.textContent = found.length ? found.length + " " + form.dataset.found : form.dataset.none; }
    showEverywhere(found.length === 1 ? found[0].id.slice(6) : chosen());
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    var found = matching();
    if (found.length) { location.hash = found[0].id; showEverywhere(found[0].id.slice(6)); }
  });
})();
