/**
 * A community connector of Looker Studio: one row per engagement type.
 *
 * Create a project at script.google.com, paste this file and appsscript.json, then Deploy > Test
 * deployments > Application type: Looker Studio. The connector asks for an API key with the role
 * read, and keeps it in the properties of its user.
 */

var FIELDS = [
  // [name in the CSV of GET /v1/engagements, title, type, is a number that may be added up]
  ["channel", "Channel", "TEXT"],
  ["type", "Engagement", "TEXT"],
  ["paid", "Paid", "BOOLEAN"],
  ["count", "Number", "NUMBER", true],
  ["incremental_conversions", "Incremental conversions", "NUMBER"],
  ["incremental_conversions_ci_low", "Incremental conversions, low", "NUMBER"],
  ["incremental_conversions_ci_high", "Incremental conversions, high", "NUMBER"],
  ["value_per_engagement", "Value per engagement", "NUMBER"],
  ["value_per_engagement_ci_low", "Value per engagement, low", "NUMBER"],
  ["value_per_engagement_ci_high", "Value per engagement, high", "NUMBER"],
  ["verdict", "Verdict", "TEXT"],
  ["method", "Method", "TEXT"],
  ["reasons", "Reasons", "TEXT"],
  ["warnings", "Warnings", "TEXT"],
];

function getAuthType() {
  return DataStudioApp.createCommunityConnector()
    .newAuthTypeResponse()
    .setAuthType(DataStudioApp.createCommunityConnector().AuthType.KEY)
    .build();
}

function setCredentials(request) {
  PropertiesService.getUserProperties().setProperty("key", request.key);
  return { errorCode: "NONE" };
}

function isAuthValid() {
  return Boolean(PropertiesService.getUserProperties().getProperty("key"));
}

function resetAuth() {
  PropertiesService.getUserProperties().deleteProperty("key");
}

function getConfig() {
  var config = DataStudioApp.createCommunityConnector().getConfig();
  config.newTextInput().setId("url").setName("Address of the service").setPlaceholder("https://api.example.org");
  config.newTextInput().setId("goal").setName("Goal").setPlaceholder("purchase");
  config.setDateRangeRequired(true);
  return config.build();
}

function getSchema() {
  return { schema: FIELDS.map(schemaOf) };
}

function schemaOf(field) {
  // Estimates are never added up: the sum of intervals is not the interval of the sum.
  var isMetric = field[2] === "NUMBER";
  return {
    name: field[0],
    label: field[1],
    dataType: field[2] === "TEXT" ? "STRING" : field[2],
    semantics: isMetric
      ? { conceptType: "METRIC", isReaggregatable: Boolean(field[3]) }
      : { conceptType: "DIMENSION" },
  };
}

/** The URL of a request; a function of its own, so that a test can check it. */
function addressOf(config, range) {
  var query = { from: range.startDate, to: range.endDate, format: "csv" };
  if (config.goal) query.goal = config.goal;
  var pairs = Object.keys(query).map(function (name) {
    return name + "=" + encodeURIComponent(query[name]);
  });
  return config.url.replace(/\/+$/, "") + "/v1/engagements?" + pairs.join("&");
}

function getData(request) {
  var key = PropertiesService.getUserProperties().getProperty("key");
  var answer = UrlFetchApp.fetch(addressOf(request.configParams, request.dateRange), {
    headers: { "x-api-key": key },
    muteHttpExceptions: true,
  });
  if (answer.getResponseCode() !== 200) {
    var problem = JSON.parse(answer.getContentText());
    DataStudioApp.createCommunityConnector().newUserError().setText(problem.detail).throwException();
  }
  return tableOf(Utilities.parseCsv(answer.getContentText()), request.fields);
}

/** The rows of the CSV with the requested fields only. */
function tableOf(rows, requested) {
  var header = rows[0];
  var chosen = requested.map(function (one) {
    return FIELDS.filter(function (field) {
      return field[0] === one.name;
    })[0];
  });
  return {
    schema: chosen.map(schemaOf),
    rows: rows.slice(1).map(function (cells) {
      return {
        values: chosen.map(function (field) {
          var cell = cells[header.indexOf(field[0])];
          if (cell === "" || cell === undefined) return null;
          if (field[2] === "NUMBER") return Number(cell);
          if (field[2] === "BOOLEAN") return cell === "true";
          return cell;
        }),
      };
    }),
  };
}

if (typeof module !== "undefined") module.exports = { addressOf: addressOf, tableOf: tableOf, FIELDS: FIELDS };
