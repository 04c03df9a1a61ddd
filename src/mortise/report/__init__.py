"""What people look at: words for numbers, charts with their tables, and the drawn figure of an exercise.

Public rooms: `mortise.report.words` (number, quantity, day, age, plural), `mortise.report.chart` (course_chart,
trend_chart, pain_chart, curve_chart, signal_chart, trials_chart, stride_chart; each takes one frozen input of
`mortise.report.chart.inputs` and returns a whole `<figure class="chart">` as a string of safe HTML), and
`mortise.report.figure` (load_figures, picture, thumbnail, steps, animation).
"""
