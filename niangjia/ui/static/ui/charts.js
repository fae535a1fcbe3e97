// Draws the charts whose figures stand in the page as JSON: direct labels, bars from zero, colours of the theme.
(() => {
  "use strict";
  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), card: read("--card"),
      series: [read("--series-1"), read("--series-2"), read("--series-3"), read("--series-4"), read("--series-5")],
      font: getComputedStyle(document.body).fontFamily,
      size: parseFloat(style.fontSize) * 0.875,
    };
  };
  const number = (value) => (value === null ? "" : value.toLocaleString("en-US"));

  // Names take at most two fifths of a narrow chart, and the words beside a bar no more than they need.
  const bars = (data, look, lying) => {
    const words = Math.max(...data.series.map((one) => one.name.length)) + 1;
    const digits = number(Math.max(...data.series.flatMap((one) => one.values))).length;
    const text = { color: look.quiet, fontSize: look.size, fontFamily: look.font };
    const labels = lying ? [...data.labels].reverse() : data.labels;
    const names = { type: "category", data: labels, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } },
      axisLabel: { ...text, color: look.ink, ...(lying ? { width: Math.min(look.size * 13, look.width * 0.4), overflow: "break", lineHeight: look.size * 1.35 } : {}) } };
    const values = { type: "value", min: 0, show: false };
    const many = data.series.length > 1;
    return {
      grid: { left: 4, right: lying ? look.size * (digits * 0.6 + (many ? words : 0) + 1) : 4, top: lying ? 4 : look.size * 2, bottom: 4, containLabel: true },
      xAxis: lying ? values : names, yAxis: lying ? names : values,
      series: data.series.map((one, place) => ({
        type: "bar", name: one.name, data: lying ? [...one.values].reverse() : one.values, barMaxWidth: 24, barGap: "15%", barCategoryGap: "35%",
        itemStyle: { color: look.series[place % 5], borderRadius: lying ? [0, 2, 2, 0] : [2, 2, 0, 0] },
        label: { show: true, position: lying ? "right" : "top", ...text, color: look.ink,
          formatter: ({ value }) => number(value) + (lying && many && value !== null ? ` ${one.name}` : "") },
      })),
    };
  };

  const line = (data, look) => {
    const text = { color: look.quiet, fontSize: look.size, fontFamily: look.font };
    const few = data.labels.length <= 8 && data.series.length === 1;
    return {
      grid: { left: few ? look.size * 2 : 4, right: look.size * (few ? 2 : data.series.length > 1 ? 8 : 6), top: look.size * 2, bottom: 4, containLabel: true },
      xAxis: { type: "category", data: data.labels, boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } }, axisLabel: text },
      yAxis: { type: "value", min: 0, ...(data.unit === "%" ? { max: ({ max }) => Math.max(100, Math.ceil(max / 25) * 25), interval: 25 } : {}), show: !few, splitNumber: 3, splitLine: { lineStyle: { color: look.line } }, axisLabel: { ...text, formatter: number } },
      series: data.series.map((one, place) => ({
        type: "line", name: one.name, data: one.values, symbol: "circle", symbolSize: 6, showSymbol: data.labels.length < 16, lineStyle: { width: 2 },
        itemStyle: { color: look.series[place % 5] },
        label: { show: few, position: "top", ...text, color: look.ink, formatter: ({ value }) => number(value) },
        endLabel: { show: !few, ...text, color: look.ink, formatter: ({ value }) => `${number(value)} ${data.series.length > 1 ? one.name : data.unit}` },
        labelLayout: { moveOverlap: "shiftY" },
      })),
    };
  };

  const share = (data, look) => {
    const narrow = look.width < look.size * 36;
    return { series: [{
      type: "pie", radius: narrow ? ["30%", "44%"] : ["40%", "58%"], startAngle: 90, data: data.labels
        .map((name, place) => ({ name, value: data.series[0].values[place], itemStyle: { color: look.series[place % 5] } }))
        .filter((part) => part.value),
      itemStyle: { borderColor: look.card, borderWidth: 2 },
      label: { color: look.ink, fontSize: look.size, fontFamily: look.font, formatter: ({ name, value, percent }) => `${name}\n${number(value)} ${data.unit}${narrow ? "\n" : "  "}${percent.toFixed(2)} %`, lineHeight: look.size * 1.5 },
      labelLine: { length: 12, length2: 10, lineStyle: { color: look.quiet } },
    }] };
  };

  const kinds = { bars: (data, look) => bars(data, look, true), columns: (data, look) => bars(data, look, false), line, share };
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // A chart follows the width of its place: another window, larger type, a menu that opens.
  let waiting;
  const watcher = new ResizeObserver((entries) => {
    if (!entries.some(({ target }) => target.clientWidth !== target.drawnAt)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => draw(document, true), 120);
  });

  const draw = (root, again = false) => {
    for (const place of root.querySelectorAll("[data-chart]")) {
      const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
      place.drawn?.dispose();
      place.drawnAt = place.clientWidth;
      watcher.observe(place);
      place.drawn = window.echarts.init(place, null, { renderer: "canvas" });
      place.drawn.setOption({ animation: !still.matches && !again, animationDuration: 300, ...kinds[data.kind](data, { ...theme(), width: place.clientWidth }) });
    }
  };
  draw(document);
  document.addEventListener("htmx:afterSwap", (event) => draw(event.target));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(document, true));
})();
