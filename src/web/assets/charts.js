// Draws the figures that stand in the table beside each chart. The table says the same without any script.
(() => {
  const MOST_SERIES = 7;
  /** A line so far above the bars would flatten them: it is drawn at the edge, and says so. */
  const FAR_ABOVE = 3;

  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const numbers = new Intl.NumberFormat('en-US');
  const charts = new Map();

  function read(figure) {
    const table = figure.querySelector('table[data-chart]');
    const titles = [...table.tHead.rows[0].cells];
    const rows = [...table.tBodies[0].rows];
    const column = (index) => rows.map((row) => Number(row.cells[index].textContent.replaceAll(',', '')));
    const series = titles.flatMap((title, index) => {
      const kind = 'bars' in title.dataset ? 'bars' : 'line' in title.dataset ? 'line' : null;
      return kind === null ? [] : [{ kind, name: title.textContent, values: column(index) }];
    });
    return { labels: rows.map((row) => row.cells[0].textContent), series };
  }

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    return {
      series: Array.from({ length: MOST_SERIES }, (_, index) => colour(`--series-${index + 1}`)),
      ink: colour('--ink-soft'),
      line: colour('--attention'),
      grid: colour('--hairline'),
      surface: colour('--surface'),
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  function configuration({ labels, series }) {
    const { series: palette, ink, line, grid, surface, font } = colours();
    const bars = series.filter(({ kind }) => kind === 'bars');
    const limit = series.find(({ kind }) => kind === 'line');
    const highest = Math.max(1, ...labels.map((_, day) => bars.reduce((sum, { values }) => sum + values[day], 0)));
    const allowed = limit ? Math.max(...limit.values) : 0;
    const isFar = allowed > highest * FAR_ABOVE;
    const top = isFar ? Math.ceil(highest * 1.25) : undefined;
    const limitName = limit && `${limit.name}: ${numbers.format(allowed)} a day${isFar ? ' \u2191' : ''}`;
    const datasets = bars.map(({ name, values }, index) => ({
      type: 'bar',
      label: name,
      data: values,
      backgroundColor: palette[index],
      borderColor: surface,
      borderWidth: { top: 1, right: 0, bottom: 0, left: 0 },
      borderSkipped: false,
      categoryPercentage: 0.92,
      barPercentage: 0.86,
      stack: 'all',
      pointStyle: 'rectRounded',
      order: 2,
    }));
    if (limit) {
      datasets.push({
        type: 'line',
        label: limitName,
        data: limit.values.map((value) => (isFar ? top : value)),
        borderColor: line,
        backgroundColor: line,
        borderWidth: 2,
        borderDash: [6, 5],
        pointRadius: 0,
        pointHitRadius: 0,
        pointStyle: 'line',
        order: 1,
      });
    }
    const text = { color: ink, font: { family: font, size: 12 } };
    return {
      data: { labels, datasets },
      options: {
        responsive: true,
        maintainAspectRatio: false,
        animation: still.matches ? false : { duration: 250 },
        interaction: { mode: 'index', intersect: false },
        layout: { padding: { top: 4 } },
        scales: {
          x: {
            stacked: true,
            grid: { display: false },
            border: { color: grid },
            ticks: {
              ...text,
              maxRotation: 0,
              autoSkip: true,
              autoSkipPadding: 14,
              callback: (_, index) => shortDay(labels[index]),
            },
          },
          y: {
            stacked: true,
            beginAtZero: true,
            ...(top !== undefined && { max: top }),
            border: { display: false },
            grid: { color: grid },
            ticks: {
              ...text,
              precision: 0,
              maxTicksLimit: 6,
              callback: (value) => (value === top ? '' : numbers.format(value)),
            },
          },
        },
        plugins: {
          legend: {
            display: datasets.length > 1,
            position: 'bottom',
            align: 'start',
            labels: { ...text, usePointStyle: true, boxWidth: 16, boxHeight: 9, padding: 16 },
            onClick: () => {},
          },
          tooltip: {
            filter: ({ dataset, raw }) => dataset.type === 'bar' && raw > 0,
            callbacks: { label: ({ dataset, raw }) => ` ${dataset.label} ${numbers.format(raw)}` },
          },
        },
      },
    };
  }

  /** `Sun, Nov 22` is `Nov 22` under the axis. */
  function shortDay(label) {
    return label.replace(/^\w+, /, '');
  }

  function draw() {
    for (const figure of document.querySelectorAll('figure.chart')) {
      const canvas = figure.querySelector('canvas');
      const table = read(figure);
      const said = JSON.stringify([table, scheme.matches]);
      const known = charts.get(canvas);
      if (known?.said === said) continue;
      const { data, options } = configuration(table);
      if (known) {
        Object.assign(known.chart, { data, options });
        known.chart.update('none');
        charts.set(canvas, { chart: known.chart, said });
      } else {
        charts.set(canvas, { chart: new Chart(canvas, { data, options }), said });
      }
    }
  }

  draw();
  scheme.addEventListener('change', draw);
  document.addEventListener('askonce:renewed', draw);
})();
