import java.lang.reflect.Field;

/**
 * Starts DynamoDB Local for a parent process: on 127.0.0.1 alone, and no longer than the parent.
 *
 * <p>By itself it listens on every address of the machine and knows no option for less, and it goes
 * on when its parent is killed. Here its HTTP server (Jetty) is told its address and any free port
 * before it starts, and standard input is a pipe that nobody else holds: its end is the parent's.
 * Java runs this file as it is (`java Launcher.java`).
 */
final class Launcher {
  private static final String RUNNER = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner";
  private static final String JETTY = "org.eclipse.jetty.server.Server";
  private static final String HOST = "127.0.0.1";

  public static void main(String[] arguments) {
    int status = 0;
    try {
      Object server =
          Class.forName(RUNNER)
              .getMethod("createServerFromCommandLineArgs", String[].class)
              .invoke(null, (Object) arguments);
      Object connector = connectorOf(server);
      call(connector, "setHost", String.class, HOST);
      call(connector, "setPort", int.class, 0);
      server.getClass().getMethod("start").invoke(server);
      Object port = connector.getClass().getMethod("getLocalPort").invoke(connector);
      System.out.println("\nlikeworth: " + HOST + ":" + port);
      System.out.flush();
      while (System.in.read() >= 0) {
        // nothing is ever sent
      }
    } catch (Throwable error) {
      error.printStackTrace();
      status = 1;
    }
    Runtime.getRuntime().halt(status); // every write is on the disk before it is answered
  }

  private static Object connectorOf(Object server) throws ReflectiveOperationException {
    for (Field field : server.getClass().getDeclaredFields()) {
      if (field.getType().getName().equals(JETTY)) {
        field.setAccessible(true);
        Object jetty = field.get(server);
        Object[] connectors = (Object[]) jetty.getClass().getMethod("getConnectors").invoke(jetty);
        if (connectors.length == 1) {
          return connectors[0];
        }
      }
    }
    throw new NoSuchFieldException("this DynamoDB Local has no HTTP server that can be told where to listen");
  }

  private static void call(Object of, String name, Class<?> type, Object value)
      throws ReflectiveOperationException {
    of.getClass().getMethod(name, type).invoke(of, value);
  }
}
