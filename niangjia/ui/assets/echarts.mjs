// The part of ECharts that our charts use: bars, lines, pies, canvas. Styles stay in our theme, no tooltip HTML (CSP).
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, GridComponent, LabelLayout, CanvasRenderer]);
window.echarts = { init };
